// Written texts beside what they should have been, and the sums that a metric of many of them is told from.
import type { Statistic } from '../bootstrap.ts';
import { MetricUndefined } from '../metric-undefined.ts';
import { createColumnSums } from './column-sums.ts';

/** What a model wrote, row i of both being example i. */
export interface Segments {
  readonly hypotheses: readonly string[];
  /** One or more for each hypothesis. */
  readonly references: readonly (readonly string[])[];
}

/** A metric of many texts. */
export interface GenerationScore {
  readonly value: number;
  /** How it was counted, so that it can be compared with others. */
  readonly signature: string;
  /** Of the examples at given indices, repeats counting: for intervals. */
  readonly statistic: Statistic;
}

/**
 * Refuses what no metric could be told from. The reference tools go on with the shorter of two lists of different length,
 * and fail with an error of Python on none.
 * @returns how many references an example has, as signatures tell it; `var` where that differs
 * @throws MetricUndefined without examples, for unequal lengths or an example without a reference
 */
export function countReferences(metric: string, { hypotheses, references }: Segments): string {
  if (hypotheses.length !== references.length) {
    throw new MetricUndefined(
      metric,
      `${hypotheses.length} hypotheses against ${references.length} references`,
    );
  }
  if (hypotheses.length === 0) throw new MetricUndefined(metric, 'there are no examples');
  const without = references.findIndex((of) => of.length === 0);
  if (without >= 0) throw new MetricUndefined(metric, `example ${without} has no reference`);
  const counts = new Set(references.map((of) => of.length));
  return counts.size === 1 ? String(references[0].length) : 'var';
}

/** @returns the sums of columns [W] of row-major rows [N, W] */
export function sumRows(rows: Float64Array, width: number): Float64Array {
  const sums = new Float64Array(width);
  for (let at = 0; at < rows.length; at += 1) sums[at % width] += rows[at];
  return sums;
}

/**
 * A metric that is told from the sum of what was counted in each example, as BLEU and chrF are.
 * @param rows row-major [N, W]
 * @param score of the sums [W], which it must not keep
 */
export function createSumStatistic(
  rows: Float64Array,
  width: number,
  score: (sums: Float64Array) => number,
): Statistic {
  const examples = rows.length / width;
  const add = createColumnSums(rows, width);
  const sums = new Float64Array(width);
  return (indices) => {
    sums.fill(0);
    for (let from = 0; from < indices.length; from += examples)
      add(indices.subarray(from, from + examples), sums);
    return score(sums);
  };
}

/** Four sums side by side, since each addition waits for the one before it. */
function sumAt(values: Float64Array, indices: Int32Array): number {
  const whole = indices.length - (indices.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let at = 0; at < whole; at += 4) {
    a += values[indices[at]];
    b += values[indices[at + 1]];
    c += values[indices[at + 2]];
    d += values[indices[at + 3]];
  }
  for (let at = whole; at < indices.length; at += 1) a += values[indices[at]];
  return a + b + c + d;
}

/**
 * A metric that is the mean of one figure an example.
 * @param values at least one [N]
 */
export function createMeanScore(values: Float64Array, signature: string): GenerationScore {
  const statistic: Statistic = (indices) => sumAt(values, indices) / indices.length;
  return { value: values.reduce((sum, value) => sum + value, 0) / values.length, signature, statistic };
}
