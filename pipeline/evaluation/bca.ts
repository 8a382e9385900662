// Bias-corrected and accelerated bootstrap intervals (Efron 1987, JASA 82; Efron & Tibshirani 1993, section 14.3), as
// scipy.stats.bootstrap makes them. They matter where few examples decide: near 0 and 1, and where errors are rare.

import { createRandom } from '../random.ts';
import type { Interval, Statistic } from './bootstrap.ts';
import { DEFINED_SHARE, quantile } from './bootstrap.ts';
import type { MetricEstimate } from './metric-table.ts';
import { normalCdf, normalQuantile } from './normal.ts';

export interface BcaOptions {
  readonly seed: number;
  /** Number of resamples, 1,000 by default. */
  readonly resamples?: number;
  /** In (0, 1), 0.95 by default. */
  readonly confidence?: number;
}

/** With so many examples the correction is far below what resampling itself leaves open, and costs their square. */
const MANY_EXAMPLES = 2_000;

/** @returns a metric on the examples at these indices, and its interval; null where it is undefined too often */
export function bcaEstimate(
  statistic: Statistic,
  examples: Int32Array,
  { seed, resamples = 1_000, confidence = 0.95 }: BcaOptions,
): MetricEstimate {
  const value = statistic(examples);
  if (examples.length === 0 || Number.isNaN(value)) return { value, interval: null };
  const random = createRandom(seed);
  const drawn = Float64Array.from({ length: resamples }, () =>
    statistic(examples.map(() => examples[random.integer(examples.length)])),
  ).filter((each) => !Number.isNaN(each));
  if (drawn.length < DEFINED_SHARE * resamples) return { value, interval: null };
  const jackknife = examples.length > MANY_EXAMPLES ? [] : leaveOneOut(statistic, examples);
  return { value, interval: bcaInterval(value, drawn, { jackknife, confidence }) };
}

/**
 * @param value on all examples
 * @param drawn on resamples of them, in any order
 * @param options the values with one example left out; none: nothing is accelerated
 */
export function bcaInterval(
  value: number,
  drawn: Float64Array,
  { jackknife, confidence }: { readonly jackknife: readonly number[]; readonly confidence: number },
): Interval {
  const sorted = drawn.slice().sort();
  const below = sorted.reduce((sum, each) => sum + (each < value ? 1 : each === value ? 0.5 : 0), 0);
  const bias = normalQuantile(below / sorted.length);
  const acceleration = accelerationOf(jackknife);
  const corrected = (share: number): number => {
    if (!Number.isFinite(bias)) return share; // every resample lies on one side: there is nothing to correct by
    const shifted = bias + normalQuantile(share);
    return normalCdf(bias + shifted / (1 - acceleration * shifted));
  };
  const tail = (1 - confidence) / 2;
  return {
    low: quantile(sorted, corrected(tail)),
    high: quantile(sorted, corrected(1 - tail)),
    confidence,
  };
}

function leaveOneOut(statistic: Statistic, examples: Int32Array): number[] {
  return Array.from(examples, (_, at) => statistic(examples.filter((__, other) => other !== at)));
}

/** 0 where all are equal, or one has no value. */
function accelerationOf(jackknife: readonly number[]): number {
  const mean = jackknife.reduce((sum, each) => sum + each, 0) / jackknife.length;
  let [squares, cubes] = [0, 0];
  for (const each of jackknife) {
    squares += (mean - each) ** 2;
    cubes += (mean - each) ** 3;
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
}
