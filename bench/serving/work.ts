// What all sides do: classify the same texts over HTTP, with the same weights and tokenizer.
import { z } from 'zod';
import type { BertConfig } from '../../pipeline/model/config.ts';
import { createRandom } from '../../pipeline/random.ts';

export const model = 'bench';
export const contextLength = 128;
export const labels = ['ham', 'spam'];

/** As large as the classifier of the tour. */
export function configOf(vocabularySize: number): BertConfig {
  return {
    ...{ head: 'classification', labels, dropout: 0, tokenTypes: 2, padTokenId: 0, vocabularySize },
    ...{ contextLength, layers: 4, hiddenSize: 256, heads: 4, intermediateSize: 1_024 },
    layerNormEpsilon: 1e-12,
  };
}

/** Of 10 to 100 words, as mails are without their quotations. */
export function textsOf(count: number): string[] {
  const words = 'meet me at noon and bring the papers that we need for the money tomorrow'.split(' ');
  const { integer } = createRandom(1);
  return Array.from({ length: count }, () =>
    Array.from({ length: 10 + integer(91) }, () => words[integer(words.length)]).join(' '),
  );
}

/** What a side says at its start: where it listens. */
export const startedSchema = z.object({ port: z.number() });

/** What a side is told at its start. */
export interface Task {
  /** `config.json`, `model.safetensors`, `tokenizer.json`, `parameters.bin`, `<length>.onnx`. */
  readonly folder: string;
  readonly threads: number;
}
