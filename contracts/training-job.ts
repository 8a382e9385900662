// What the training process is told and what it answers. A job is plain data: references in, references out.
import { z } from 'zod';
import { artifactReferenceSchema } from './artifact.ts';
import { architectureSchema } from './model-spec/architecture.ts';
import { fineTuningSchema, pretrainingSchema, supervisedFineTuningSchema } from './model-spec/learning.ts';
import { servingPrecisions } from './model-spec/serving.ts';

/**
 * Tokens of a corpus in collection order, a directory in one of two layouts. Token ids are little-endian, uint16 or, where
 * the vocabulary has more than 65,536 tokens, uint32.
 * Rows, for an encoder: `ids.bin` (rows × contextLength, padded), `lengths.bin` (uint16), `documents.json` (the ids, in row
 * order), `continuations.json` (ids of tokens that continue a word), `meta.json` ({ rows, contextLength, vocabularySize,
 * padId, maskId, clsId, sepId }).
 * A stream, for a decoder: `ids.bin` (each document's tokens and an end-of-text token), `ends.bin` (float64: where each
 * document ends in it), `bytes.bin` (float64: bytes of each text in UTF-8), `documents.json`, `meta.json` ({ layout:
 * 'stream', documents, tokens, vocabularySize, endOfTextId }).
 * Pairs, for a decoder that learns to answer: `ids.bin` (rows × contextLength, padded: a prompt's tokens, its answer's, an
 * end-of-text token), `lengths.bin`, `answers.bin` (uint16: where each answer begins in its row), `bytes.bin` (float64: bytes
 * of each answer in UTF-8), `documents.json`, `answers.json` (text of each answer, absent in those from before
 * baselines were asked), `questions.json` (some of the pairs that are held out, each a `heldOutQuestionSchema`), `meta.json` ({ layout: 'pairs', rows, contextLength, vocabularySize, padId, endOfTextId }).
 * Rows and streams of a vocabulary that was extended have `extension.json` too, a `tokenExtensionSchema`.
 */
export const tokensReferenceSchema = artifactReferenceSchema;

/** A prompt that is held out, and its answer: the model is asked when it is evaluated. */
export const heldOutQuestionSchema = z.object({
  /** Its tokens. */
  prompt: z.array(z.number().int().nonnegative()).min(1),
  answer: z.string(),
  /** Id of what the prompt was made of; absent in pairs from before baselines were asked too. */
  document: z.string().optional(),
  /** Its end of text included. */
  answerTokens: z.number().int().positive(),
});
export type HeldOutQuestion = z.infer<typeof heldOutQuestionSchema>;

/** How a vocabulary was extended: what weights of the old one need to become weights of the new one. */
export const tokenExtensionSchema = z.object({
  /** Tokens of the old vocabulary, which are the first of the new one. */
  before: z.number().int().positive(),
  /** Of each token behind them: ids of the old tokens that its text was split into. */
  parts: z.array(z.array(z.number().int().nonnegative()).min(1)),
});
export type TokenExtension = z.infer<typeof tokenExtensionSchema>;

const job = {
  /** Checkpoints stand under this key; the same key resumes. */
  key: z.string().min(1),
  seed: z.number().int().nonnegative(),
  tokens: tokensReferenceSchema,
  architecture: architectureSchema,
  /** Directory of `config.json` and `model.safetensors` to start from; absent: random weights. */
  initialWeights: artifactReferenceSchema.optional(),
  /** 1, halved at each restart after divergence. */
  learningRateScale: z.number().positive().default(1),
  /** A trial of a search: the phase stops after so many steps, tells its validation loss and writes no model. */
  stopAtStep: z.number().int().positive().optional(),
  /** Of what would be trained on: validated on instead, where the phase has no early stopping that says so. */
  validationShare: z.number().gt(0).max(0.5).optional(),
};

export const pretrainingJobSchema = z.object({
  kind: z.literal('pretraining'),
  ...job,
  options: pretrainingSchema,
  /** Of tokens in a stream: the last so many documents are not trained on; absent: none is held out. */
  heldOutDocuments: z.number().int().nonnegative().optional(),
  /** Of tokens in rows: JSON of the examples whose rows are neither trained on nor validated on; absent: there are none. */
  heldOutExamples: artifactReferenceSchema.optional(),
});

export const fineTuningJobSchema = z.object({
  kind: z.literal('fine-tuning'),
  ...job,
  options: fineTuningSchema,
  /** Class names in index order. */
  labels: z.array(z.string()).min(2),
  /** `token`: a classifier on every token; absent: one on the document. */
  level: z.literal('token').optional(),
  /**
   * JSON of the rows to train on, and of those to validate on: `{ row: number, label: number }[]`, or of tokens
   * `{ row: number, labels: number[] }[]`, a label each, −1 where a token has none.
   */
  examples: z.object({ training: artifactReferenceSchema, validation: artifactReferenceSchema }),
});

export const supervisedFineTuningJobSchema = z.object({
  kind: z.literal('supervised-fine-tuning'),
  /** `tokens` in pairs. */
  ...job,
  options: supervisedFineTuningSchema,
  /** The last so many pairs are not trained on. */
  heldOutPairs: z.number().int().nonnegative(),
  /** Tokens in a stream, on whose last documents the model is judged as a language model; absent: it is not. */
  text: z
    .object({ tokens: tokensReferenceSchema, heldOutDocuments: z.number().int().nonnegative() })
    .optional(),
});

/** Probabilities of a trained classifier for given rows. */
export const scoringJobSchema = z.object({
  kind: z.literal('scoring'),
  tokens: tokensReferenceSchema,
  /** Directory with `config.json` and `model.safetensors`. */
  weights: artifactReferenceSchema,
  rows: z.array(z.number().int().nonnegative()),
  /** int8: where the directory has no quantized weights, they are made, and scored in the others' place. */
  precision: z.enum(servingPrecisions).optional(),
});

export const trainingJobSchema = z.discriminatedUnion('kind', [
  pretrainingJobSchema,
  fineTuningJobSchema,
  supervisedFineTuningJobSchema,
  scoringJobSchema,
]);
export type TrainingJob = z.infer<typeof trainingJobSchema>;
export type PretrainingJob = z.infer<typeof pretrainingJobSchema>;
export type FineTuningJob = z.infer<typeof fineTuningJobSchema>;
export type SupervisedFineTuningJob = z.infer<typeof supervisedFineTuningJobSchema>;
/** What trains, one phase of it. */
export type PhaseJob = PretrainingJob | FineTuningJob | SupervisedFineTuningJob;
export type ScoringJob = z.infer<typeof scoringJobSchema>;

export const curvePointSchema = z.object({
  step: z.number().int(),
  trainingLoss: z.number().optional(),
  validationLoss: z.number().optional(),
  learningRate: z.number().optional(),
  /** Of a phase with early stopping: the weights of this step are the ones that it wrote. */
  kept: z.literal(true).optional(),
});
export type CurvePoint = z.infer<typeof curvePointSchema>;

/** A language model on the documents, or on the answers to prompts, that it was not trained on. */
export const languageFiguresSchema = z.object({
  /** Mean over all their tokens but what nothing stands before, end-of-text tokens included, in nats. */
  loss: z.number(),
  /** e to the loss. */
  perplexity: z.number(),
  /** Bits of all tokens, by bytes of the texts. */
  bitsPerByte: z.number(),
  documents: z.number().int(),
  tokens: z.number().int(),
  bytes: z.number().int(),
});
export type LanguageFigures = z.infer<typeof languageFiguresSchema>;

/** The same document by document. N documents. */
export const documentLossesSchema = z.object({
  /** Sum over the tokens of each, its end of text included, in nats. [N] */
  losses: z.array(z.number()),
  /** Those tokens, and how many of them the model held for the likeliest. [N] */
  tokens: z.array(z.number().int()),
  likeliest: z.array(z.number().int()),
  /** Of their texts in UTF-8. [N] */
  bytes: z.array(z.number().int()),
});
export type DocumentLosses = z.infer<typeof documentLossesSchema>;

/** How a phase with early stopping ended; it ended early where it took fewer steps than were planned. */
export const earlyStoppingOutcomeSchema = z.object({
  plannedSteps: z.number().int(),
  /** The step whose weights were written, and the validation loss there. */
  keptStep: z.number().int(),
  keptLoss: z.number(),
});
export type EarlyStoppingOutcome = z.infer<typeof earlyStoppingOutcomeSchema>;

/** Of the process that trained, library and all. */
export const memoryFiguresSchema = z.object({
  /** Told before the first step, from the shapes of the graph. */
  estimatedBytes: z.number(),
  /** The most that was resident. */
  peakBytes: z.number(),
});
export type MemoryFigures = z.infer<typeof memoryFiguresSchema>;

/** What a training phase made. */
export const trainingOutcomeSchema = z.object({
  /** Directory: config.json, model.safetensors in Hugging Face's layout of the architecture. */
  weights: artifactReferenceSchema,
  steps: z.number().int(),
  tokensSeen: z.number().int(),
  tokensPerSecond: z.number(),
  finalLoss: z.number(),
  curve: z.array(curvePointSchema),
  resumedFromStep: z.number().int(),
  earlyStopping: earlyStoppingOutcomeSchema.optional(),
  /** Of a decoder, on documents that were held out. */
  heldOut: languageFiguresSchema.optional(),
  /** Of supervised fine-tuning, on answers that were held out. */
  heldOutAnswers: languageFiguresSchema.optional(),
  memory: memoryFiguresSchema.optional(),
  environment: z.record(z.string(), z.string()),
});
export type TrainingOutcome = z.infer<typeof trainingOutcomeSchema>;

/** What a trial of a search came to. */
export const trialOutcomeSchema = z.object({
  /** Of the weights that the phase would write if it ended here, in nats. */
  validationLoss: z.number(),
  /** Steps done: fewer than asked for where the phase is shorter, or stopped early. */
  steps: z.number().int(),
  /** Of the whole phase. */
  plannedSteps: z.number().int(),
  resumedFromStep: z.number().int(),
  tokensPerSecond: z.number(),
});
export type TrialOutcome = z.infer<typeof trialOutcomeSchema>;

export const scoringOutcomeSchema = z.object({
  /**
   * JSON: `{ labels: string[], probabilities: number[][] }`, rows in the order asked; `quantized`, a reference to the
   * weights that gave them where those were made for it. Of a classifier of tokens `tags: { classes: number[], scores:
   * number[] }[]` in place of the probabilities: of each token of a row the class, and its probability.
   */
  probabilities: artifactReferenceSchema,
});
export type ScoringOutcome = z.infer<typeof scoringOutcomeSchema>;

export type JobOutcome = TrainingOutcome | TrialOutcome | ScoringOutcome;

/** Reported by the process while it works, and heartbeaten by the activity. */
export const trainingProgressSchema = z.object({
  phase: z.string(),
  step: z.number().int(),
  totalSteps: z.number().int(),
  loss: z.number().optional(),
  /** Before clipping. */
  gradientNorm: z.number().optional(),
  learningRate: z.number().optional(),
  tokensPerSecond: z.number().optional(),
  /** Until the last step, at the pace so far. */
  secondsLeft: z.number().optional(),
  checkpointStep: z.number().int().optional(),
});
export type TrainingProgress = z.infer<typeof trainingProgressSchema>;
