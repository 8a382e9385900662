// The cleaning step that keeps what a model is evaluated on out of what it learns from.
import { z } from 'zod';
import { digestSchema } from '../artifact.ts';

/** A file of what a model is evaluated on; its digest is filled in when the model file is loaded. */
export const evaluationSetFile = z.strictObject({
  name: z.string().regex(/^[a-z\d][a-z\d-]{0,62}$/, 'expected lower-case letters, digits and hyphens'),
  /** Absolute, or relative to the model file: JSON lines, of which every string counts, or text, an entry a line. */
  path: z.string().min(1),
  digest: digestSchema.optional(),
});
export type EvaluationSetFile = z.infer<typeof evaluationSetFile>;

/** Drops documents that have a run of words in common with an evaluation set, or cuts it out. */
export const decontaminate = z.strictObject({
  step: z.literal('decontaminate'),
  sets: z.array(evaluationSetFile).min(1).max(32),
  /** Words of a run. */
  words: z.number().int().min(2).max(64).default(13),
  /** Entries with fewer words than a run count as a whole, from so many on. */
  minimumWords: z.number().int().min(1).max(64).default(8),
  action: z.enum(['drop', 'cut']).default('drop'),
});
export type DecontaminateSpec = z.infer<typeof decontaminate>;
