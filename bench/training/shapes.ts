// The models that are trained side by side, and how a side says what it needed.
import { z } from 'zod';

/** Shapes in the layout of GPT-2; A fits a laptop's caches, B does not. */
export const models = {
  A: { layers: 4, hiddenSize: 128, heads: 4, contextLength: 128, vocabularySize: 2_000, batchSize: 16 },
  B: { layers: 6, hiddenSize: 256, heads: 8, contextLength: 256, vocabularySize: 8_000, batchSize: 8 },
} as const;

export type ModelName = keyof typeof models;

/** What a side answers to `{ steps }`. */
export const answerSchema = z.object({
  seconds: z.number(),
  processorSeconds: z.number(),
  loss: z.number(),
  peakMegabytes: z.number(),
});
