// What POST /v1/feedback takes and answers.
import { z } from 'zod';
import { modelNameSchema, textSchema } from './sampling-fields.ts';

/** Characters of a text that somebody writes in place of an answer. */
const maximumText = 32_768;

const responseId = textSchema.min(1).max(256);
const label = textSchema.min(1).max(256);
const text = textSchema.min(1).max(maximumText);

const ratingSchema = z
  .strictObject({ value: z.number(), minimum: z.number(), maximum: z.number() })
  .refine(({ minimum, maximum }) => minimum < maximum, {
    path: ['maximum'],
    message: 'expected more than minimum',
  })
  .refine(({ value, minimum, maximum }) => value >= minimum && value <= maximum, {
    path: ['value'],
    message: 'expected a number of the scale',
  });

const sideSchema = z.union([z.strictObject({ response: responseId }), z.strictObject({ text })], {
  error: 'expected { response } or { text }',
});
type Side = z.infer<typeof sideSchema>;

const fieldsSchema = z.strictObject({
  model: modelNameSchema,
  response: responseId.optional().describe('The id of the answer that it is about.'),
  prediction: responseId.optional().describe('Another name of response.'),
  label: label.optional().describe('What was true, of a classification.'),
  rating: ratingSchema.optional().describe('How good it was, on a scale that is told with it.'),
  preference: z
    .strictObject({
      chosen: sideSchema,
      rejected: sideSchema,
      tie: z.literal(true).optional().describe('Neither is better, whichever is called chosen.'),
    })
    .optional()
    .describe('Of two texts, one of them this answer, which is better.'),
  correction: z
    .union([z.strictObject({ label }), z.strictObject({ text })], {
      error: 'expected { label } or { text }',
    })
    .optional()
    .describe('What should have been answered.'),
});

export const feedbackRequestSchema = fieldsSchema.superRefine((asked, context) => {
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  const { response, prediction, label: told, rating, preference, correction } = asked;
  if ((response === undefined) === (prediction === undefined))
    refuse('response', 'expected the id of an answer, once');
  if ([told, rating, preference, correction].every((it) => it === undefined))
    refuse('label', 'expected one of label, rating, preference and correction');
  if (told !== undefined && correction && 'label' in correction && correction.label !== told)
    refuse('correction', 'expected the same label as in label');
  if (!preference) return;
  const about = response ?? prediction;
  const isAbout = (side: Side) => 'response' in side && side.response === about;
  if (isAbout(preference.chosen) === isAbout(preference.rejected))
    refuse('preference', 'expected this answer on one of its sides');
});
export type FeedbackRequest = z.output<typeof feedbackRequestSchema>;

export const feedbackSchema = z.object({
  object: z.literal('feedback'),
  id: z.string().describe('Names the record that was written; of what was told before, the earlier one.'),
  response: z.string(),
  prediction: z.string().describe('As response.'),
  replaces: z.string().optional().describe('The id of earlier feedback whose place it takes.'),
});
