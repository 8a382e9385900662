// What the gateway's HTTP API takes and answers, as schemas: requests are checked by them, and the OpenAPI document
// is made from them.
import { z } from 'zod';
import { modelNameSchema, textSchema } from './sampling-fields.ts';

const isBase64 = (text: string): boolean => /^[A-Za-z0-9+/_-]*={0,2}\s*$/.test(text.replace(/[\r\n]/g, ''));

const documentInputSchema = z
  .strictObject({
    media_type: z
      .string()
      .min(1)
      .describe('Of text or a mail, such as message/rfc822; anything else is refused with 415.'),
    encoding: z.enum(['utf8', 'base64']).default('utf8'),
    data: textSchema.min(1),
  })
  .refine(({ encoding, data }) => encoding === 'utf8' || isBase64(data), {
    path: ['data'],
    message: 'expected base64',
  });

export const classificationRequestSchema = z.strictObject({
  model: modelNameSchema,
  input: z.union([textSchema.regex(/\S/, 'expected a text that is not blank'), documentInputSchema], {
    error: 'expected a text, or { media_type, encoding, data }',
  }),
  subject: textSchema
    .min(1)
    .max(256)
    .optional()
    .describe('Who asks or what is asked about: the same subject is always answered by the same arm.'),
});

export const classificationSchema = z.object({
  id: z.string().describe('Names this answer; feedback refers to it.'),
  object: z.literal('classification'),
  model: z.string(),
  version: z.number().int(),
  label: z.string(),
  probabilities: z.record(z.string(), z.number()).describe('By label; they sum to 1.'),
});

export const modelPathSchema = z.strictObject({ model: modelNameSchema });

export const modelSchema = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.number().int().describe('When its routing changed last, in seconds since 1970.'),
  owned_by: z.literal('coppice'),
  champion: z.number().int().optional(),
  challenger: z.record(z.string(), z.unknown()).optional(),
  generation: z.number().int(),
});

export const modelListSchema = z.object({ object: z.literal('list'), data: z.array(modelSchema) });

export const healthSchema = z.object({ status: z.literal('ok') });

export const readinessSchema = z.object({
  waiting: z.array(z.string()).describe('Models that nobody answers for.'),
});

export const errorSchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.enum(['invalid_request_error', 'rate_limit_error', 'server_error']),
    param: z.string().nullable().describe('The field that is at fault, such as messages[0].content.'),
    code: z.string().nullable().describe('What it is, for programs, such as context_length_exceeded.'),
  }),
});

/** Text, mails, and what is written as text: of anything else the cleaning steps make nothing. */
const readable =
  /^(text\/[\w.+-]+|message\/rfc822|application\/(json|xml|xhtml\+xml)|[\w-]+\/[\w.-]+\+(json|xml))\s*(;.*)?$/i;

/** @returns whether documents of the media type can be read; parameters such as a charset do not matter */
export function isReadableMediaType(mediaType: string): boolean {
  return readable.test(mediaType.trim());
}
