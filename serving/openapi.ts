// The gateway's OpenAPI document (3.1), made from the schemas that requests are checked by.
import { z } from 'zod';
import {
  classificationRequestSchema,
  classificationSchema,
  errorSchema,
  modelListSchema,
} from './api-schemas.ts';
import { completionRequestSchema, completionSchema } from './completion-schemas.ts';
import { feedbackRequestSchema, feedbackSchema } from './feedback-schemas.ts';

const schemas = {
  ClassificationRequest: z.toJSONSchema(classificationRequestSchema, { io: 'input' }),
  Classification: z.toJSONSchema(classificationSchema),
  CompletionRequest: z.toJSONSchema(completionRequestSchema, { io: 'input' }),
  Completion: z.toJSONSchema(completionSchema),
  FeedbackRequest: z.toJSONSchema(feedbackRequestSchema, { io: 'input' }),
  Feedback: z.toJSONSchema(feedbackSchema),
  ModelList: z.toJSONSchema(modelListSchema),
  Error: z.toJSONSchema(errorSchema),
};

const body = (name: keyof typeof schemas) => ({
  'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
});
const answer = (description: string, name: keyof typeof schemas) => ({ description, content: body(name) });
const problem = (description: string) => answer(description, 'Error');

const misuse = {
  '400': problem('The body is not as described; every problem is named.'),
  '404': problem('There is no such model; those that there are are named.'),
  '413': problem('The body is too large.'),
  '415': problem('The body is not sent as application/json, or a document is neither text nor a mail.'),
};

const overloaded = {
  ...problem('As many requests wait for the version as may.'),
  headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } },
};

/** @returns the document that `GET /openapi.json` answers */
export function openApiDocument() {
  return {
    openapi: '3.1.0',
    info: { title: 'Coppice gateway', version: '0.1.0', license: { name: 'Apache-2.0' } },
    paths: {
      '/v1/classifications': {
        post: {
          operationId: 'classify',
          summary: 'Classifies a text or a document by the version that the routing gives to its subject.',
          requestBody: { required: true, content: body('ClassificationRequest') },
          responses: {
            '200': answer('The answer.', 'Classification'),
            ...misuse,
            '422': problem('Cleaning left nothing to classify; the reason is named.'),
            '429': overloaded,
            '503': problem('No version is in service, or it cannot answer.'),
          },
        },
      },
      '/v1/completions': {
        post: {
          operationId: 'complete',
          summary: 'Continues texts by the version that the routing gives to its user.',
          requestBody: { required: true, content: body('CompletionRequest') },
          responses: {
            '200': {
              description: 'The texts; with stream, a part of one of them an event, then `data: [DONE]`.',
              content: {
                ...body('Completion'),
                'text/event-stream': { schema: { $ref: '#/components/schemas/Completion' } },
              },
            },
            ...misuse,
            '429': overloaded,
            '503': problem('No version is in service, or it cannot answer.'),
          },
        },
      },
      '/v1/feedback': {
        post: {
          operationId: 'giveFeedback',
          summary:
            'Says what was true, how good an answer was or what should have been said, whichever gateway gave it.',
          requestBody: { required: true, content: body('FeedbackRequest') },
          responses: {
            '202': answer('On the disk, and joined to its answer when that is judged.', 'Feedback'),
            ...misuse,
            '503': problem('It cannot be written down: what waits for the store has reached its limit.'),
          },
        },
      },
      '/v1/models': {
        get: {
          operationId: 'listModels',
          summary: 'Models and who serves them.',
          responses: { '200': answer('All models.', 'ModelList') },
        },
      },
    },
    components: { schemas },
  };
}
