// Percentile bootstrap intervals (Efron 1979; Efron & Tibshirani 1993, ch. 13), seeded. A statistic takes the indices of
// the examples it counts, with repeats, so that whatever is costly can be prepared once.
import { createRandom } from '../random.ts';

/** A metric of the examples at these indices; NaN where it has no value on them. */
export type Statistic = (indices: Int32Array) => number;

/** A confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Share of repetitions that would hold the true value, in (0, 1). */
  readonly confidence: number;
}

export interface BootstrapOptions {
  /** Number of examples N. */
  readonly examples: number;
  readonly seed: number;
  /** Number of resamples, 1,000 by default. */
  readonly resamples?: number;
  /** In (0, 1), 0.95 by default. */
  readonly confidence?: number;
}

/** With fewer defined resamples than this share the interval would describe the lucky ones only. */
export const DEFINED_SHARE = 0.9;

/**
 * The quantile of sorted numbers, interpolated linearly as numpy.quantile does.
 * @param sorted rising, not empty
 * @param share in [0, 1]
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/**
 * How far metrics might have come out otherwise with other examples of the same kind; all of them on the same resamples.
 * @param statistics by name
 * @returns by name the percentile interval, or null where there are no examples or over a tenth of the resamples have no
 * value
 */
export function bootstrapIntervals<Name extends string>(
  statistics: Readonly<Record<Name, Statistic>>,
  options: BootstrapOptions,
): Record<Name, Interval | null> {
  const names = Object.keys(statistics) as Name[];
  const measure = (indices: Int32Array) =>
    Object.fromEntries(names.map((name) => [name, statistics[name](indices)])) as Record<Name, number>;
  return bootstrapTable(names, measure, options);
}

/** The same of metrics that are counted together: `measure` is asked once a resample. */
export function bootstrapTable<Name extends string>(
  names: readonly Name[],
  measure: (indices: Int32Array) => Readonly<Record<Name, number>>,
  { examples, seed, resamples = 1_000, confidence = 0.95 }: BootstrapOptions,
): Record<Name, Interval | null> {
  const values = names.map((name) => ({ name, drawn: new Float64Array(resamples), defined: 0 }));
  const random = createRandom(seed);
  const indices = new Int32Array(examples);
  for (let resample = 0; resample < resamples && examples > 0; resample += 1) {
    random.integers(examples, indices);
    const measured = measure(indices);
    for (const of of values) {
      const value = measured[of.name];
      if (Number.isNaN(value)) continue;
      of.drawn[of.defined] = value;
      of.defined += 1;
    }
  }
  const tail = (1 - confidence) / 2;
  const intervalOf = (sorted: Float64Array): Interval | null =>
    sorted.length === 0 || sorted.length < DEFINED_SHARE * resamples
      ? null
      : { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail), confidence };
  return Object.fromEntries(
    values.map(({ name, drawn, defined }) => [name, intervalOf(drawn.subarray(0, defined).sort())]),
  ) as Record<Name, Interval | null>;
}

/** `bootstrapIntervals` of one metric. */
export function bootstrapInterval(statistic: Statistic, options: BootstrapOptions): Interval | null {
  return bootstrapIntervals({ statistic }, options).statistic;
}

/**
 * The difference of two systems on the same examples; each resample takes the same examples of both, so that what is
 * hard for both cancels out.
 */
export function difference(a: Statistic, b: Statistic): Statistic {
  return (indices) => a(indices) - b(indices);
}

/** @returns the difference a - b on all examples, and its interval */
export function pairedBootstrap(
  a: Statistic,
  b: Statistic,
  options: BootstrapOptions,
): { difference: number; interval: Interval | null } {
  const statistic = difference(a, b);
  const all = Int32Array.from({ length: options.examples }, (_, example) => example);
  return { difference: statistic(all), interval: bootstrapInterval(statistic, options) };
}
