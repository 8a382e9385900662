// What all sides do: answer the same texts over HTTP, with the same weights and tokenizer.
import { fileURLToPath } from 'node:url';
import type { BertConfig } from '../../pipeline/model/config.ts';
import type { GptConfig } from '../../pipeline/model/gpt-config.ts';
import { createRandom } from '../../pipeline/random.ts';
import { models } from '../training/shapes.ts';

export const model = 'bench';
export const contextLength = 128;
export const labels = ['ham', 'spam'];

/** As large as the classifier of the tour. */
export const classifierShape = { layers: 4, hiddenSize: 256, heads: 4, intermediateSize: 1_024 };

export function classifierConfig(vocabularySize: number): BertConfig {
  return {
    ...{ head: 'classification', labels, dropout: 0, tokenTypes: 2, padTokenId: 0, vocabularySize },
    ...{ ...classifierShape, contextLength, layerNormEpsilon: 1e-12 },
  };
}

/** Model B of the training benchmark, but for its vocabulary. */
export function generatorConfig(vocabularySize: number): GptConfig {
  const { layers, hiddenSize, heads, contextLength: length } = models.B;
  return {
    ...{ layers, hiddenSize, heads, contextLength: length, vocabularySize },
    ...{ intermediateSize: 4 * hiddenSize, layerNormEpsilon: 1e-5, geluApproximation: 'none', dropout: 0 },
  };
}

/** Tokens that follow each prompt. */
export const newTokens = 64;

export const tokenizers = {
  classifier: fileURLToPath(new URL('../../tests/golden/tokenizer.json', import.meta.url)),
  generator: fileURLToPath(new URL('../../tests/golden/bpe-tokenizer.json', import.meta.url)),
};

/** @param longest words of a text, 10 at least; by default as mails are without their quotations */
export function textsOf(count: number, longest = 100): string[] {
  const words = 'meet me at noon and bring the papers that we need for the money tomorrow'.split(' ');
  const { integer } = createRandom(1);
  return Array.from({ length: count }, () =>
    Array.from({ length: 10 + integer(longest - 9) }, () => words[integer(words.length)]).join(' '),
  );
}

/** What our server is told at its start. */
export interface Task {
  readonly kind: 'classifier' | 'generator';
  /** Files of a package; for peers, its numbers as they stand in the layout: `parameters.bin`. */
  readonly folder: string;
}
