// A trained classifier that answers with probabilities, on whatever backend TensorFlow.js has.
import * as tf from '@tensorflow/tfjs';
import type { TokenBatch } from './bert.ts';
import { classify, noDropout } from './bert.ts';
import { ModelFormatError } from './config.ts';
import { splitParameters } from './layout.ts';
import type { ModelFiles } from './model-files.ts';
import { readModel } from './model-files.ts';

/** A model in memory, ready to answer. */
export interface Classifier {
  /** Class names in index order. */
  readonly labels: readonly string[];
  /**
   * @param ids [N × T] token ids, each row padded to T, at most the model's context length; N from 0 on
   * @param lengths [N] tokens of each row, in [1, T]
   * @returns [N × K] probabilities; each row sums to 1
   * @throws RangeError when the sizes do not fit each other or the model
   */
  readonly score: (ids: Int32Array, lengths: ArrayLike<number>) => Float32Array;
  /** Frees the parameters. */
  readonly dispose: () => void;
}

const MAXIMUM_BATCH = 32; // larger ones are no faster, and take more memory

/**
 * @throws ModelFormatError when the files are malformed or hold no classifier
 */
export function createClassifier(files: ModelFiles): Classifier {
  const { config, layout, parameters: flat } = readModel(files);
  if (config.head !== 'classification') {
    throw new ModelFormatError('config.json', [`architectures: expected a classifier, got ${config.head}`]);
  }
  const parameters = tf.tidy(() => splitParameters(layout, tf.tensor1d(flat)));
  const classes = config.labels.length;

  const score = (ids: Int32Array, lengths: ArrayLike<number>): Float32Array => {
    const count = lengths.length;
    const width = count === 0 ? 0 : ids.length / count;
    const fits = Array.from(lengths).every((length) => length >= 1 && length <= width);
    if (!Number.isInteger(width) || width > config.contextLength || !fits) {
      throw new RangeError(`${ids.length} ids do not make ${count} rows of at most ${config.contextLength}`);
    }
    const probabilities = new Float32Array(count * classes);
    for (let start = 0; start < count; start += MAXIMUM_BATCH) {
      const batch = cutBatch(ids, lengths, { start, end: Math.min(count, start + MAXIMUM_BATCH), width });
      const answers = tf.tidy(() => tf.softmax(classify({ config, parameters, dropout: noDropout }, batch)));
      probabilities.set(answers.dataSync(), start * classes);
      answers.dispose();
    }
    return probabilities;
  };
  return { labels: config.labels, score, dispose: () => tf.dispose(parameters) };
}

/** Rows `start` to `end`, cut to the longest of them. */
function cutBatch(
  ids: Int32Array,
  lengths: ArrayLike<number>,
  { start, end, width }: { start: number; end: number; width: number },
): TokenBatch {
  const batchSize = end - start;
  const own = Int32Array.from({ length: batchSize }, (_, index) => lengths[start + index]);
  const length = Math.max(...own);
  const cut = new Int32Array(batchSize * length);
  for (let index = 0; index < batchSize; index += 1) {
    const from = (start + index) * width;
    cut.set(ids.subarray(from, from + length), index * length);
  }
  return { ids: cut, lengths: own, batchSize, length };
}
