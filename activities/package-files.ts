// Schemas of the small JSON files in a version's package.
import { z } from 'zod';
import { cleaningStepSchema } from '../contracts/model-spec/cleaning.ts';

export const decisionRuleSchema = z.object({
  labels: z.array(z.string()).min(2),
  positiveLabel: z.string(),
  threshold: z.number().min(0).max(1),
});

/** The recipe that training and gateway share, so that there is no skew between them. */
export const preprocessingSchema = z.object({
  steps: z.array(cleaningStepSchema),
  contextLength: z.number().int().positive(),
});

export const exampleSchema = z.object({
  row: z.number().int().nonnegative(),
  label: z.number().int().nonnegative(),
});
export const examplesSchema = z.array(exampleSchema);

export const probabilitiesSchema = z.object({
  labels: z.array(z.string()),
  probabilities: z.array(z.array(z.number())),
});
