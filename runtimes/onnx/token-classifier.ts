// A trained classifier of tokens on ONNX Runtime: tags held-out rows, and answers the gateway's requests.
import { tokenClassLogits } from '../../pipeline/model/bert-graph.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import { loadOnnxEncoder } from './encoder.ts';

/** The class of each token of a row, and its probability. */
export interface TokenClasses {
  readonly classes: readonly number[];
  /** Each in (0, 1]. */
  readonly scores: readonly number[];
}

/** A model in memory, ready to answer. */
export interface OnnxTokenClassifier {
  /** Class names in index order. */
  readonly labels: readonly string[];
  /**
   * The event loop stands still meanwhile, so it belongs in a process of its own.
   * @param row token ids, [CLS] and [SEP] included
   * @returns of every token the most probable class, the first of them at a tie
   * @throws RangeError when the row is empty or longer than the model's context
   */
  readonly tag: (row: Int32Array) => Promise<TokenClasses>;
  /** Frees the memory, once what was asked before is answered. */
  readonly close: () => Promise<void>;
}

/**
 * Loads a classifier of tokens from its two files; from quantized weights it computes in int8.
 * @throws ModelFormatError when the files are malformed or hold none
 */
export function loadOnnxTokenClassifier(files: ModelFiles): OnnxTokenClassifier {
  const head = {
    head: 'token-classification',
    name: 'a classifier of tokens',
    logits: tokenClassLogits,
  } as const;
  const { config, run, close } = loadOnnxEncoder(files, head);
  const { labels, contextLength } = config;
  return {
    labels,
    tag: async (row) => {
      if (row.length < 1 || row.length > contextLength)
        throw new RangeError(`a row of ${row.length} ids is not one of 1 to ${contextLength}`);
      const probabilities = await run(row); // [T, K]
      const answers = Array.from(row, (_, token) => {
        const of = probabilities.subarray(token * labels.length, (token + 1) * labels.length);
        const score = of.reduce((most, value) => Math.max(most, value));
        return { class: of.indexOf(score), score };
      });
      return { classes: answers.map((it) => it.class), scores: answers.map(({ score }) => score) };
    },
    close,
  };
}
