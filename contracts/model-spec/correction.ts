// The cleaning step that corrects common errors.
import { z } from 'zod';

export const correctErrors = z.strictObject({
  step: z.literal('correct-errors'),
  language: z.enum(['en', 'ko']),
  /** Words that are right, such as names of products. */
  keep: z.array(z.string().min(1).max(100)).max(100_000).default([]),
  /** English: so many unknown words of a document are looked up; it is left as it is from there on. */
  maximumLookups: z.number().int().positive().max(100_000).default(500),
});
export type CorrectErrorsSpec = z.infer<typeof correctErrors>;
