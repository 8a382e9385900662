// What is learned and how: tokenizer, architecture, phases of training.
import { z } from 'zod';

export const tokenizerSchema = z.strictObject({
  algorithm: z.literal('wordpiece').default('wordpiece'),
  vocabularySize: z.number().int().min(64).max(65_535).default(8_000),
  minimumFrequency: z.number().int().positive().default(2),
  lowercase: z.boolean().default(true),
});
export type TokenizerSpec = z.infer<typeof tokenizerSchema>;

/** An encoder in BERT layout (Devlin et al. 2019): post-layer-norm, learned positions, GELU. */
export const architectureSchema = z
  .strictObject({
    architecture: z.literal('bert').default('bert'),
    layers: z.number().int().min(1).max(48).default(2),
    hiddenSize: z.number().int().min(16).max(4_096).default(128),
    heads: z.number().int().min(1).max(64).default(2),
    /** Default: four times the hidden size. */
    intermediateSize: z.number().int().min(16).optional(),
    /** Tokens a document, [CLS] and [SEP] included; longer ones are cut. */
    contextLength: z.number().int().min(8).max(8_192).default(128),
  })
  .refine(({ hiddenSize, heads }) => hiddenSize % heads === 0, {
    path: ['heads'],
    message: 'expected a divisor of hiddenSize',
  });
export type ArchitectureSpec = z.infer<typeof architectureSchema>;

const phase = {
  batchSize: z.number().int().min(1).max(4_096).default(16),
  learningRate: z.number().positive().max(1).default(5e-4),
  /** Share of the steps in which the learning rate rises linearly. */
  warmupFraction: z.number().min(0).max(1).default(0.1),
  /** How the learning rate falls to zero after the warm-up, or stays. */
  schedule: z.enum(['linear', 'cosine', 'constant']).default('linear'),
  optimizer: z.enum(['adamw', 'sgd']).default('adamw'),
  /** In what matrix products are computed; everything else is float32. */
  precision: z.enum(['float32', 'bfloat16']).default('float32'),
  weightDecay: z.number().min(0).max(1).default(0.01),
  dropout: z.number().min(0).lt(1).default(0.1),
  /** A cap for tests and trials; the phase ends there whatever its epochs. */
  maximumSteps: z.number().int().positive().optional(),
  checkpointEverySeconds: z.number().positive().default(30),
};

/** Masked language modelling: 15 % of the tokens, of which 80/10/10 masked, random, kept. */
export const pretrainingSchema = z.strictObject({
  ...phase,
  epochs: z.number().positive().default(1),
  maskedFraction: z.number().gt(0).lt(1).default(0.15),
});
export type PretrainingSpec = z.infer<typeof pretrainingSchema>;

export const fineTuningSchema = z.strictObject({
  ...phase,
  epochs: z.number().positive().default(4),
  /** Epochs when training goes on from the champion; default: `epochs`. */
  incrementalEpochs: z.number().positive().optional(),
  /** Share of the input tokens replaced by [MASK] as noise. */
  tokenNoise: z.number().min(0).lt(1).default(0),
  labelSmoothing: z.number().min(0).lt(1).default(0),
  /** `balanced`: a label counts the more the rarer it is. */
  classWeights: z.enum(['none', 'balanced']).default('none'),
});
export type FineTuningSpec = z.infer<typeof fineTuningSchema>;

export const trainingSchema = z.strictObject({
  seed: z.number().int().nonnegative().default(1),
  /** Absent: no pretraining. */
  pretraining: pretrainingSchema.optional(),
  fineTuning: fineTuningSchema.prefault({}),
});
export type TrainingSpec = z.infer<typeof trainingSchema>;
