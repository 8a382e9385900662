// What is learned and how: tokenizer, phases of training.
import { z } from 'zod';
import { loraSchema } from './lora.ts';
import { searchSchema } from './search.ts';

const extensionSchema = z.strictObject({
  /** Tokens in the end, those of the other version included. */
  vocabularySize: z.number().int().min(64).max(1_000_000),
});

export const tokenizerSchema = z
  .strictObject({
    /** WordPiece over characters, as BERT has it; BPE over bytes, as GPT-2 has it, to which no text is unknown. */
    algorithm: z.enum(['wordpiece', 'bpe']).default('wordpiece'),
    vocabularySize: z.number().int().min(64).max(1_000_000).default(8_000),
    minimumFrequency: z.number().int().positive().default(2),
    /** Absent: of WordPiece only. */
    lowercase: z.boolean().optional(),
    /** Of training that goes on from another version: its vocabulary grows by what the corpus needs; absent: it stays. */
    extension: extensionSchema.optional(),
  })
  .refine(({ algorithm, vocabularySize }) => algorithm !== 'bpe' || vocabularySize > 261, {
    path: ['vocabularySize'],
    message: 'expected more than the 256 bytes and 5 special tokens',
  })
  .transform((spec) => ({ ...spec, lowercase: spec.lowercase ?? spec.algorithm === 'wordpiece' }));
export type TokenizerSpec = z.infer<typeof tokenizerSchema>;

const averagingSchema = z.strictObject({
  /** What a step leaves of the average so far. */
  decay: z.number().min(0).lt(1).default(0.999),
});

/** Ends a phase once it learns nothing more, and keeps the weights of its best validation. */
export const earlyStoppingSchema = z.strictObject({
  /** Validations in a row without an improvement, after which the phase ends. */
  patience: z.number().int().positive(),
  /** By how much the loss must fall, in nats, to count as an improvement. */
  minimumImprovement: z.number().nonnegative().default(0),
  validationsPerEpoch: z.number().int().min(1).max(100).default(4),
  /**
   * Of what would be trained on, examples, documents or windows: the last of them are validated on instead. What is held
   * out for evaluation stays unseen.
   */
  share: z.number().gt(0).max(0.5).default(0.1),
});
export type EarlyStoppingSpec = z.infer<typeof earlyStoppingSchema>;

const phase = {
  batchSize: z.number().int().min(1).max(4_096).default(16),
  /** Rows that are computed at once, their gradients added up to the batch's; absent: all. Halved where memory is short. */
  microBatchSize: z.number().int().min(1).max(4_096).optional(),
  learningRate: z.number().positive().max(1).default(5e-4),
  /** Share of the steps in which the learning rate rises linearly. */
  warmupFraction: z.number().min(0).max(1).default(0.1),
  /** How the learning rate falls to zero after the warm-up, or stays. */
  schedule: z.enum(['linear', 'cosine', 'constant']).default('linear'),
  optimizer: z.enum(['adamw', 'sgd', 'adafactor']).default('adamw'),
  /** In what matrix products are computed; everything else is float32. */
  precision: z.enum(['float32', 'bfloat16']).default('float32'),
  weightDecay: z.number().min(0).max(1).default(0.01),
  /** The weights that are validated and written are an exponential moving average; absent: those of the last step. */
  averaging: averagingSchema.optional(),
  dropout: z.number().min(0).lt(1).default(0.1),
  /** A cap for tests and trials; the phase ends there whatever its epochs. */
  maximumSteps: z.number().int().positive().optional(),
  /** At most so much is lost; a checkpoint of 7 M parameters takes most of a second, in which training stands still. */
  checkpointEverySeconds: z.number().positive().default(60),
  /** Absent: every step is taken. */
  earlyStopping: earlyStoppingSchema.optional(),
};

/** What follows from the architecture: an encoder learns `masked` tokens, a decoder the next one. */
export const pretrainingObjectives = { bert: 'masked', gpt2: 'autoregressive' } as const;

export const pretrainingSchema = z.strictObject({
  ...phase,
  epochs: z.number().positive().default(1),
  /** Of a language model: epochs when training goes on from another version; default: `epochs`. */
  incrementalEpochs: z.number().positive().optional(),
  /** Absent: that of the architecture; the other is refused. */
  objective: z.enum(['masked', 'autoregressive']).optional(),
  /** Of masked tokens: how many of them all; 80/10/10 masked, random, kept. */
  maskedFraction: z.number().gt(0).lt(1).default(0.15),
  /** Of masked tokens: a word is chosen whole, with its pieces. */
  wholeWords: z.boolean().default(false),
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

const templateSchema = z.strictObject({
  /** What the model reads before it answers; the document's text stands for `{text}`. */
  prompt: z.string().refine((prompt) => prompt.split('{text}').length === 2, 'expected {text} once'),
});

/** Of a language model: labels are the answers to prompts that are made of their documents. */
export const supervisedFineTuningSchema = z.strictObject({
  ...phase,
  epochs: z.number().positive().default(3),
  template: templateSchema,
  /** Low-rank adapters are trained in place of the weights, and merged into them in the end; absent: the weights. */
  lora: loraSchema.optional(),
});
export type SupervisedFineTuningSpec = z.infer<typeof supervisedFineTuningSchema>;

export const trainingSchema = z.strictObject({
  seed: z.number().int().nonnegative().default(1),
  /** Absent: no pretraining. */
  pretraining: pretrainingSchema.optional(),
  fineTuning: fineTuningSchema.prefault({}),
  /** Absent: the phases are trained as they are given. */
  search: searchSchema.optional(),
  /** Of a language model, after pretraining; absent: none. */
  supervisedFineTuning: supervisedFineTuningSchema.optional(),
});
export type TrainingSpec = z.infer<typeof trainingSchema>;
