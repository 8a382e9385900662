// What POST /v1/embeddings takes and answers: OpenAI's fields and shapes.
import { z } from 'zod';
import { modelNameSchema, optional, textSchema } from './sampling-fields.ts';

/** Texts of one request: some seconds of a small encoder. */
const maximumTexts = 256;
const inputSchema = textSchema.regex(/\S/, 'expected a text that is not blank');

export const embeddingRequestSchema = z.strictObject({
  model: modelNameSchema,
  input: z.union([inputSchema, z.array(inputSchema).min(1).max(maximumTexts)], {
    error: `expected a text, or a list of ${maximumTexts} texts at most; lists of tokens are not supported`,
  }),
  encoding_format: optional(
    z.enum(['float', 'base64']),
    'Default float; base64 is of 32-bit floats, little-endian.',
  ),
  dimensions: optional(
    z.number().int().min(1),
    'As many as the model has, or nothing: vectors cannot be cut.',
  ),
  user: optional(
    textSchema.min(1).max(256),
    'Changes nothing: vectors of different versions cannot be compared.',
  ),
});

export const embeddingsSchema = z.object({
  object: z.literal('list'),
  data: z.array(
    z.object({
      object: z.literal('embedding'),
      index: z.number().int(),
      embedding: z.union([z.array(z.number()), z.string()]).describe('Of length 1.'),
    }),
  ),
  model: z.string(),
  version: z
    .number()
    .int()
    .describe("Coppice's own: whose vectors they are; only those of one can be compared."),
  usage: z.object({ prompt_tokens: z.number().int(), total_tokens: z.number().int() }),
});
export type Embeddings = z.infer<typeof embeddingsSchema>;
