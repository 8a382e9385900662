// The gateway's OpenAPI document (3.1), made from the schemas that requests are checked by.
import { z } from 'zod';
import { versionHeader } from '../contracts/version-header.ts';
import {
  classificationRequestSchema,
  classificationSchema,
  errorSchema,
  healthSchema,
  modelListSchema,
  modelSchema,
  readinessSchema,
} from './api-schemas.ts';
import { batchPaths, batchSchemas } from './batches/batch-openapi.ts';
import { chatChunkSchema, chatCompletionSchema, chatRequestSchema } from './chat-schemas.ts';
import { completionRequestSchema, completionSchema } from './completion-schemas.ts';
import { embeddingRequestSchema, embeddingsSchema } from './embedding-schemas.ts';
import { feedbackRequestSchema, feedbackSchema } from './feedback-schemas.ts';

const schemas = {
  ClassificationRequest: z.toJSONSchema(classificationRequestSchema, { io: 'input' }),
  Classification: z.toJSONSchema(classificationSchema),
  CompletionRequest: z.toJSONSchema(completionRequestSchema, { io: 'input' }),
  Completion: z.toJSONSchema(completionSchema),
  ChatCompletionRequest: z.toJSONSchema(chatRequestSchema, { io: 'input' }),
  ChatCompletion: z.toJSONSchema(chatCompletionSchema),
  ChatCompletionChunk: z.toJSONSchema(chatChunkSchema),
  EmbeddingRequest: z.toJSONSchema(embeddingRequestSchema, { io: 'input' }),
  EmbeddingList: z.toJSONSchema(embeddingsSchema),
  ...batchSchemas,
  FeedbackRequest: z.toJSONSchema(feedbackRequestSchema, { io: 'input' }),
  Feedback: z.toJSONSchema(feedbackSchema),
  Model: z.toJSONSchema(modelSchema),
  ModelList: z.toJSONSchema(modelListSchema),
  Health: z.toJSONSchema(healthSchema),
  Readiness: z.toJSONSchema(readinessSchema),
  Error: z.toJSONSchema(errorSchema),
};
type SchemaName = keyof typeof schemas;

const body = (name: SchemaName) => ({
  'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
});

/** Every answer has them. */
const headers = {
  'x-request-id': { description: 'Names the request, in the log too.', schema: { type: 'string' } },
  'openai-processing-ms': { description: 'Until the answer began.', schema: { type: 'string' } },
};
const answer = (description: string, name: SchemaName) => ({ description, headers, content: body(name) });
const problem = (description: string) => answer(description, 'Error');
const retryLater = (description: string) => ({
  ...problem(description),
  headers: { ...headers, 'retry-after': { description: 'Seconds.', schema: { type: 'string' } } },
});

const misuse = {
  '400': problem('The body is not as described; every problem is named.'),
  '404': problem(
    'There is no such model, or not the version that the header names; those that there are are named.',
  ),
  '408': problem('The request took too long to come.'),
  '413': problem('The body is too large.'),
  '415': problem('The body is not sent as application/json, or a document is neither text nor a mail.'),
  '503': retryLater('No version is in service, it cannot answer, or the gateway has just started.'),
};
const overloaded = { '429': retryLater('As many requests wait for the version as may.') };

const parameters = [
  {
    ...{ name: versionHeader, in: 'header', required: false },
    description: 'The version that is to answer, whatever the routing says; such an answer enters no test.',
    schema: { type: 'string', pattern: '^[1-9][0-9]{0,8}$' },
  },
];

interface Streamed {
  readonly request: SchemaName;
  readonly whole: SchemaName;
  readonly part: SchemaName;
}

const texts = ({ request, whole, part }: Streamed) => ({
  parameters,
  requestBody: { required: true, content: body(request) },
  responses: {
    '200': {
      description: 'The texts; with stream, a part of one of them an event, then `data: [DONE]`.',
      headers,
      content: {
        ...body(whole),
        'text/event-stream': {
          schema: { type: 'string', contentMediaType: 'text/event-stream' },
          'x-event': { $ref: `#/components/schemas/${part}` },
        },
      },
    },
    ...misuse,
    ...overloaded,
  },
});

const paths = {
  '/v1/classifications': {
    post: {
      operationId: 'classify',
      summary: 'Classifies a text or a document by the version that the routing gives to its subject.',
      parameters,
      requestBody: { required: true, content: body('ClassificationRequest') },
      responses: {
        '200': answer('The answer.', 'Classification'),
        ...misuse,
        '422': problem('Cleaning left nothing to classify; the reason is named.'),
        ...overloaded,
      },
    },
  },
  '/v1/completions': {
    post: {
      operationId: 'complete',
      summary: 'Continues texts by the version that the routing gives to its user.',
      ...texts({ request: 'CompletionRequest', whole: 'Completion', part: 'Completion' }),
    },
  },
  '/v1/chat/completions': {
    post: {
      operationId: 'chat',
      summary: 'Answers messages by the version that the routing gives to its user.',
      ...texts({
        ...{ request: 'ChatCompletionRequest', whole: 'ChatCompletion', part: 'ChatCompletionChunk' },
      }),
    },
  },
  '/v1/embeddings': {
    post: {
      operationId: 'embed',
      summary:
        'Vectors of texts, by the encoder of a classifier: that of the champion, so that all can be compared.',
      parameters,
      requestBody: { required: true, content: body('EmbeddingRequest') },
      responses: {
        '200': answer('A vector for each text.', 'EmbeddingList'),
        ...misuse,
        '422': problem('Cleaning left nothing of a text; which one and why is named.'),
        ...overloaded,
      },
    },
  },
  ...batchPaths({ body, answer, problem, headers, misuse }),
  '/v1/feedback': {
    post: {
      operationId: 'giveFeedback',
      summary:
        'Says what was true, how good an answer was or what should have been said, whichever gateway gave it.',
      requestBody: { required: true, content: body('FeedbackRequest') },
      responses: {
        '202': answer('On the disk, and joined to its answer when that is judged.', 'Feedback'),
        ...misuse,
        '404': problem('There is no such model, or no answer that has the id.'),
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
  '/v1/models/{model}': {
    get: {
      operationId: 'retrieveModel',
      summary: 'One model and who serves it.',
      parameters: [
        {
          name: 'model',
          in: 'path',
          required: true,
          schema: { type: 'string', minLength: 1, maxLength: 256 },
        },
      ],
      responses: {
        '200': answer('The model.', 'Model'),
        '400': problem('The name is longer than any, or not percent-encoded as it should be.'),
        '404': misuse['404'],
        '503': misuse['503'],
      },
    },
  },
  '/healthz': {
    get: {
      operationId: 'isAlive',
      summary: 'Whether the process lives.',
      responses: { '200': answer('It does.', 'Health') },
    },
  },
  '/readyz': {
    get: {
      operationId: 'isReady',
      summary: 'Whether the champion of every model is loaded.',
      responses: {
        '200': answer('All are.', 'Readiness'),
        '503': answer('Some are not, the registry is not read yet, or the gateway ends.', 'Readiness'),
      },
    },
  },
  '/metrics': {
    get: {
      operationId: 'readMetrics',
      summary: "Metrics in Prometheus' text format.",
      responses: {
        '200': { description: 'All.', headers, content: { 'text/plain': { schema: { type: 'string' } } } },
      },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'describeApi',
      summary: 'This document.',
      responses: {
        '200': {
          ...{ description: 'OpenAPI 3.1.', headers },
          content: { 'application/json': { schema: { type: 'object' } } },
        },
      },
    },
  },
};

/** @returns the document that `GET /openapi.json` answers */
export function openApiDocument() {
  return {
    openapi: '3.1.0',
    info: { title: 'Coppice gateway', version: '0.1.0', license: { name: 'Apache-2.0' } },
    paths,
    components: { schemas },
  };
}
