// What both sides do: continue the same prompts by the likeliest tokens, with the same weights.
import { z } from 'zod';
import type { GptConfig } from '../../pipeline/model/gpt-config.ts';
import { createRandom } from '../../pipeline/random.ts';
import { models } from '../training/shapes.ts';

const { batchSize: _, ...shape } = models.A;

export const config: GptConfig = {
  ...shape,
  intermediateSize: 4 * shape.hiddenSize,
  layerNormEpsilon: 1e-5,
  geluApproximation: 'none',
  dropout: 0,
};

const PROMPT = 16; // tokens

/** Tokens that follow each prompt, up to the context's end. */
export const NEW_TOKENS = config.contextLength - PROMPT;

/** What a side is told at its start. */
export interface Task {
  /** `config.json`, `model.safetensors`, and `parameters.bin`, its numbers as they stand in `gptLayout`. */
  readonly folder: string;
  readonly prompts: readonly (readonly number[])[];
}

export function promptsOf(rows: number): number[][] {
  const { integer } = createRandom(1);
  return Array.from({ length: rows }, () =>
    Array.from({ length: PROMPT }, () => integer(config.vocabularySize)),
  );
}

/** What a side answers to `{ times }`. */
export const answerSchema = z.object({
  seconds: z.number(),
  processorSeconds: z.number(),
  /** Of each prompt, the tokens that follow it. */
  tokens: z.array(z.array(z.number())),
});
