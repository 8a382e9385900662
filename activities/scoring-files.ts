// Schemas of the small JSON artifacts between training and evaluation.
import { z } from 'zod';
import { artifactReferenceSchema } from '../contracts/artifact.ts';

/** Of examples of every kind: which rows they are. */
export const rowsSchema = z.array(z.object({ row: z.number().int().nonnegative() }));

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

/** Of a classifier of tokens: a class and its probability for each token of each row. */
export const tagsSchema = z.object({
  labels: z.array(z.string()),
  tags: z.array(z.object({ classes: z.array(z.number().int()), scores: z.array(z.number()) })),
  quantized: artifactReferenceSchema.optional(),
});
