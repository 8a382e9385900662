// Hyperparameter search: what is tried out of a phase, and how much training that may take.
import { z } from 'zod';

/** What a field may be in a trial. */
const hyperparameterSchema = z.union([z.number(), z.string()]);
export type Hyperparameter = z.infer<typeof hyperparameterSchema>;

/** Hyperparameters by their path below `training`, such as `pretraining.learningRate`. */
export const hyperparametersSchema = z.record(z.string(), hyperparameterSchema);
export type Hyperparameters = Readonly<Record<string, Hyperparameter>>;

const dimensionSchema = z.union(
  [
    z.array(hyperparameterSchema).min(1).max(64),
    z.strictObject({ uniform: z.tuple([z.number(), z.number()]) }),
    z.strictObject({ logUniform: z.tuple([z.number(), z.number()]) }),
  ],
  'expected a list of values, { uniform: [from, to] } or { logUniform: [from, to] }',
);
/** What a hyperparameter is drawn from. */
export type Dimension = z.infer<typeof dimensionSchema>;

export const searchSchema = z.strictObject({
  /** By path below `training`, all of one phase. */
  space: z.record(z.string(), dimensionSchema),
  /** Draws from the space; a finite space that has no more points is tried whole. */
  trials: z.number().int().min(2).max(128),
  /** One in so many goes on from a rung to the next, which is so many times as long. */
  eta: z.number().int().min(2).max(10).default(3),
  /** Steps of the first rung. */
  minimumSteps: z.number().int().positive(),
  /** Of the last rung; absent: those of the phase. */
  maximumSteps: z.number().int().positive().optional(),
  /** Of what is trained on: trials are validated on it instead, where the phase has no early stopping that says so. */
  share: z.number().gt(0).max(0.5).default(0.1),
});
export type SearchSpec = z.infer<typeof searchSchema>;
