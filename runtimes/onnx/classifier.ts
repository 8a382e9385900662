// A trained classifier on ONNX Runtime: scores held-out rows, and answers the gateway's requests.
import { classifierLogits } from '../../pipeline/model/bert-graph.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import { LENGTH_STEP, loadOnnxEncoder } from './encoder.ts';

/** A model in memory, ready to answer. */
export interface OnnxClassifier {
  /** Class names in index order. */
  readonly labels: readonly string[];
  readonly vocabularySize: number;
  /**
   * The event loop stands still for each document (figures in docs/adr/0013-onnx-runtime.md), so it belongs in a process
   * of its own.
   * @param ids [N × T] token ids, each row padded to T, at most the model's context length; N from 0 on
   * @param lengths [N] tokens of each row, in [1, T]
   * @returns [N × K] probabilities; each row sums to 1
   * @throws RangeError when the sizes do not fit each other or the model
   */
  readonly score: (ids: Int32Array, lengths: ArrayLike<number>) => Promise<Float32Array>;
  /**
   * Scores documents of like length together: some tenths faster than one by one while they are short. Their numbers are
   * those of `score` within 1e-5, since products of other sizes add up in another order.
   * @param rows [B] token ids of each document, of one group; B a power of two
   * @returns [B × K] probabilities
   */
  readonly scoreTogether: (rows: readonly Int32Array[]) => Promise<Float32Array>;
  /**
   * @param length of a document in tokens
   * @returns documents of one group have equal `length`, rounded up, and at most `size` of them are computed together: one,
   * where the model computes in int8
   */
  readonly groupOf: (length: number) => { readonly length: number; readonly size: number };
  /** Lengths, in tokens, that are ready at once after a first document of each. */
  readonly lengths: readonly number[];
  /** Frees the memory, once what was asked before is answered. */
  readonly close: () => Promise<void>;
}

/** Tokens, padding included, up to which documents gain from being computed together: then products are large enough. */
const GAINING_TOKENS = 256;

/**
 * Loads a classifier from its two files; from quantized weights it computes in int8.
 * @throws ModelFormatError when the files are malformed or hold no classifier
 */
export function loadOnnxClassifier(files: ModelFiles): OnnxClassifier {
  const head = { head: 'classification', name: 'a classifier', logits: classifierLogits } as const;
  const { config, run, close, batches, lengthsKept } = loadOnnxEncoder(files, head);
  const classes = config.labels.length;
  const score = async (ids: Int32Array, lengths: ArrayLike<number>): Promise<Float32Array> => {
    const count = lengths.length;
    const width = count === 0 ? 0 : ids.length / count;
    const fits = Array.from(lengths).every((length) => length >= 1 && length <= width);
    if (!Number.isInteger(width) || width > config.contextLength || !fits) {
      throw new RangeError(`${ids.length} ids do not make ${count} rows of at most ${config.contextLength}`);
    }
    const probabilities = new Float32Array(count * classes);
    for (let row = 0; row < count; row += 1) {
      const start = row * width;
      probabilities.set(await run(ids.subarray(start, start + lengths[row])), row * classes);
    }
    return probabilities;
  };
  const groupOf: OnnxClassifier['groupOf'] = (length) => {
    const rounded = Math.min(config.contextLength, LENGTH_STEP * Math.ceil(length / LENGTH_STEP));
    const size = batches ? 2 ** Math.floor(Math.log2(GAINING_TOKENS / rounded)) : 1;
    return { length: rounded, size: Math.max(1, size) };
  };
  return {
    ...{ labels: config.labels, vocabularySize: config.vocabularySize },
    ...{ score, groupOf, close },
    lengths: Array.from({ length: lengthsKept }, (_, index) => LENGTH_STEP * (index + 1)),
    scoreTogether: (rows) => run(...rows),
  };
}
