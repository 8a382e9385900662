// The golden numbers of scikit-learn, read with their types; tests/golden/make-classification.py makes them.
import { readFileSync } from 'node:fs';

interface GoldenCase {
  readonly name: string;
  readonly classes: number;
  readonly labels: number[];
  readonly probabilities: number[][];
  readonly threshold: number | null;
  readonly predicted: number[];
  readonly confusion: number[][];
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly perClass: Record<'precision' | 'recall' | 'f1', number[]>;
  readonly macro: Record<'precision' | 'recall' | 'f1', number>;
  readonly weighted: Record<'precision' | 'recall' | 'f1', number>;
  readonly micro: Record<'precision' | 'recall' | 'f1', number>;
  readonly averagePrecision: number;
  /** Precision, recall, thresholds of class 1 against the rest. */
  readonly precisionRecall: number[][];
  readonly matthews: number;
  readonly logLoss: number;
  readonly brier: number;
  readonly auc?: number;
  /** False positive rates, true positive rates, thresholds; null is infinity. */
  readonly roc?: (number | null)[][];
  readonly calibration?: { counts: number[]; observed: number[]; stated: number[]; error: number };
}

interface GoldenRegression {
  readonly name: string;
  readonly options: { sublinear_tf?: boolean; min_df?: number; max_features?: number };
  readonly training: string[];
  readonly labels: number[];
  readonly test: string[];
  readonly terms: string[];
  readonly inverseFrequencies: number[];
  readonly firstRow: number[];
  readonly probabilities: number[][];
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../golden/${name}`, import.meta.url), 'utf8'));

export const classification = read('classification.json') as {
  quantiles: { sorted: number[]; shares: number[]; quantiles: number[] };
  cases: GoldenCase[];
};

export const regression = read('logistic-regression.json') as { cases: GoldenRegression[] };

/** @returns predictions in the layout that metrics take */
export function predictionsOf({ labels, probabilities, classes }: GoldenCase): {
  labels: Int32Array;
  probabilities: Float64Array;
  classes: number;
} {
  return { labels: Int32Array.from(labels), probabilities: Float64Array.from(probabilities.flat()), classes };
}

/** The largest distance between two lists of the same length; infinite when the lengths differ. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Array.from(a).reduce(
    (most, value, at) => Math.max(most, value === b[at] ? 0 : Math.abs(value - b[at])),
    0,
  );
}
