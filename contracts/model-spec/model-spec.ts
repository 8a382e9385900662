// A model, described once. The file that a team writes is `defineModel({...})`; everything else follows from it.
import { z } from 'zod';
import { architectureSchema } from './architecture.ts';
import { batchesSchema } from './batches.ts';
import { cleaningSchema } from './cleaning.ts';
import { collectionSchema } from './collection.ts';
import { evaluationSchema, monitoringSchema, retrainingSchema, rolloutSchema } from './judgement.ts';
import { tokenizerSchema, trainingSchema } from './learning.ts';
import { servingSchema } from './serving.ts';
import { taskProblems } from './task.ts';
import { validationSchema } from './validation.ts';

export const modelNameSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,62}$/,
    'expected lower-case letters, digits and hyphens, a letter first, 63 at most',
  );

const sectionsSchema = z.strictObject({
  name: modelNameSchema,
  /** What the model is for. */
  task: z.enum(['text-classification', 'token-classification', 'language-modelling']),
  description: z.string().default(''),
  /** Of the model, for its card: an SPDX identifier, or a name that Hugging Face's hub knows. */
  licence: z.string().min(1).max(100).optional(),
  collection: collectionSchema,
  cleaning: cleaningSchema.prefault({}),
  validation: validationSchema.prefault({}),
  tokenizer: tokenizerSchema.prefault({}),
  model: architectureSchema.prefault({}),
  training: trainingSchema.prefault({}),
  evaluation: evaluationSchema.prefault({}),
  rollout: rolloutSchema.prefault({}),
  serving: servingSchema.optional(),
  batches: batchesSchema.optional(),
  monitoring: monitoringSchema.prefault({}),
  retraining: retrainingSchema.prefault({}),
});

export const modelSpecSchema = sectionsSchema.superRefine((spec, context) => {
  for (const { path, message } of taskProblems(spec)) context.addIssue({ code: 'custom', path, message });
});

/** A model's description as the author writes it: defaults may be left out. */
export type ModelDefinition = z.input<typeof modelSpecSchema>;
/** The same with every default filled in. */
export type ModelSpec = z.output<typeof modelSpecSchema>;

/**
 * Types a model file for the editor; it is validated when it is loaded, so that all problems are reported at once.
 * @example export default defineModel({ name: 'mail-filter', task: 'text-classification', collection: { sources: [...] } });
 */
export function defineModel(definition: ModelDefinition): ModelDefinition {
  return definition;
}

/** One thing that is wrong with a spec. */
export interface SpecProblem {
  /** Where, such as `training.fineTuning.batchSize`. */
  readonly path: string;
  /** What was expected there. */
  readonly message: string;
}

/** @returns the spec with its defaults, or every problem at once. */
export function parseModelSpec(value: unknown): { spec: ModelSpec } | { problems: SpecProblem[] } {
  const parsed = modelSpecSchema.safeParse(value);
  if (parsed.success) return { spec: parsed.data };
  return {
    problems: parsed.error.issues.map((issue) => ({
      path: z.core.toDotPath(issue.path) || '(the file)',
      message: issue.message,
    })),
  };
}
