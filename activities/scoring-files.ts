// Schemas of the small JSON artifacts between training and evaluation.
import { z } from 'zod';
import { artifactReferenceSchema } from '../contracts/artifact.ts';

const exampleSchema = z.object({
  row: z.number().int().nonnegative(),
  label: z.number().int().nonnegative(),
});
export const examplesSchema = z.array(exampleSchema);

export const probabilitiesSchema = z.object({
  labels: z.array(z.string()),
  probabilities: z.array(z.array(z.number())),
  /** The weights that gave them, where those were quantized for it. */
  quantized: artifactReferenceSchema.optional(),
});
