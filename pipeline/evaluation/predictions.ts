// What a classifier answered, in the one layout that every metric takes, and how an answer becomes a class.
// N examples, C classes.
import { MetricUndefined } from './metric-undefined.ts';

/** Probabilities beside the truth, row i of both being example i. */
export interface Predictions {
  /** True class of each example, in [0, C). [N] */
  readonly labels: Int32Array;
  /** Probability of each class, row-major, each row summing to 1. [N, C] */
  readonly probabilities: Float64Array;
  /** Number of classes C, at least 2. */
  readonly classes: number;
}

/** How two classes are decided: positive where its probability is at least the threshold. */
export interface Decision {
  /** Class index whose probability is compared. */
  readonly positive: number;
  /** In [0, 1]. */
  readonly threshold: number;
}

/** Rows may miss a sum of 1 by so much: float32 softmax over many classes stays far below it. */
const ROW_SUM_TOLERANCE = 1e-3;

/**
 * Refuses predictions from which no metric could be told.
 * @param metric named in the error
 * @throws MetricUndefined for no examples, wrong lengths, labels out of range, NaN, or rows that are no distribution
 */
export function checkPredictions(metric: string, { labels, probabilities, classes }: Predictions): void {
  const refuse = (reason: string): never => {
    throw new MetricUndefined(metric, reason);
  };
  if (!Number.isInteger(classes) || classes < 2) refuse(`at least two classes are needed, got ${classes}`);
  if (labels.length === 0) refuse('there are no examples');
  if (probabilities.length !== labels.length * classes) {
    refuse(
      `${labels.length} examples of ${classes} classes need ${labels.length * classes} probabilities, got ${probabilities.length}`,
    );
  }
  for (let row = 0; row < labels.length; row += 1) {
    if (labels[row] < 0 || labels[row] >= classes)
      refuse(`label ${labels[row]} of example ${row} is not a class`);
    let sum = 0;
    for (let k = 0; k < classes; k += 1) {
      const probability = probabilities[row * classes + k];
      if (!(probability >= 0 && probability <= 1))
        refuse(`example ${row} has the probability ${probability}`);
      sum += probability;
    }
    if (Math.abs(sum - 1) > ROW_SUM_TOLERANCE) refuse(`the probabilities of example ${row} sum to ${sum}`);
  }
}

/**
 * Turns probabilities into classes.
 * @param decision for two classes; without it the most probable class is taken, of equal ones the first
 * @returns predicted class of each example [N]
 * @throws RangeError when a decision is given for other than two classes
 */
export function predictedClasses(
  { labels, probabilities, classes }: Predictions,
  decision?: Decision,
): Int32Array {
  if (decision !== undefined && classes !== 2) {
    throw new RangeError(`a threshold decides between 2 classes, not ${classes}`);
  }
  return Int32Array.from(labels, (_, row) => {
    const start = row * classes;
    if (decision !== undefined) {
      const { positive, threshold } = decision;
      return probabilities[start + positive] >= threshold ? positive : 1 - positive;
    }
    let best = 0;
    for (let k = 1; k < classes; k += 1) {
      if (probabilities[start + k] > probabilities[start + best]) best = k;
    }
    return best;
  });
}

/** @returns the probability of one class for each example [N] */
export function scoresOf({ labels, probabilities, classes }: Predictions, positive: number): Float64Array {
  return Float64Array.from(labels, (_, row) => probabilities[row * classes + positive]);
}
