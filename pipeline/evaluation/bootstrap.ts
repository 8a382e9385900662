// Bootstrap intervals (Efron 1979; Efron & Tibshirani 1993, chapters 13 and 14), seeded. A statistic takes the indices of
// the examples it counts, with repeats, so that whatever is costly can be prepared once.
import { createRandom } from '../random.ts';
import { bcaShares } from './bca.ts';

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
  /** `bca` by default, bias-corrected and accelerated: see there. `percentile` takes the quantiles as they are. */
  readonly method?: 'bca' | 'percentile';
}

/** With fewer defined resamples than this share the interval would describe the lucky ones only. */
const DEFINED_SHARE = 0.9;
/** With more examples acceleration is far below what resampling itself leaves open, and costs their square. */
const MOST_ACCELERATED = 2_000;

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
 * @returns by name the interval, or null where there are no examples, a metric has no value on all of them, or none on over
 * a tenth of the resamples
 */
export function bootstrapIntervals<Name extends string>(
  statistics: Readonly<Record<Name, Statistic>>,
  options: BootstrapOptions,
): Record<Name, Interval | null> {
  const names = Object.keys(statistics) as Name[];
  const measures = names.map((name) => statistics[name]);
  return intervalsOf(
    names,
    (indices, write) => {
      for (let at = 0; at < measures.length; at += 1) write(at, measures[at](indices));
    },
    options,
  );
}

/** The same of metrics that are counted together: `measure` is asked once a resample. */
export function bootstrapTable<Name extends string>(
  names: readonly Name[],
  measure: (indices: Int32Array) => Readonly<Record<Name, number>>,
  options: BootstrapOptions,
): Record<Name, Interval | null> {
  return intervalsOf(
    names,
    (indices, write) => {
      const measured = measure(indices);
      names.forEach((name, at) => write(at, measured[name]));
    },
    options,
  );
}

/** `bootstrapIntervals` of one metric. */
export function bootstrapInterval(statistic: Statistic, options: BootstrapOptions): Interval | null {
  return bootstrapIntervals({ statistic }, options).statistic;
}

/** @returns a metric on some of the examples, such as a slice, and its interval */
export function estimateOn(
  statistic: Statistic,
  members: Int32Array,
  options: Omit<BootstrapOptions, 'examples'>,
): { readonly value: number; readonly interval: Interval | null } {
  const ofMembers: Statistic = (indices) => statistic(indices.map((at) => members[at]));
  return {
    value: statistic(members),
    interval: bootstrapInterval(ofMembers, { ...options, examples: members.length }),
  };
}

/**
 * The difference of two systems on the same examples; each resample takes the same examples of both, so that what is
 * hard for both cancels out.
 */
export function difference(a: Statistic, b: Statistic): Statistic {
  return (indices) => a(indices) - b(indices);
}

/** @returns 0, 1, 2 … for so many examples */
export function allOf(examples: number): Int32Array {
  return new Int32Array(examples).map((_, example) => example);
}

/** Tells every metric on the examples at these indices, by its place among the names. */
type Measure = (indices: Int32Array, write: (at: number, value: number) => void) => void;

function intervalsOf<Name extends string>(
  names: readonly Name[],
  measure: Measure,
  { examples, seed, resamples = 1_000, confidence = 0.95, method = 'bca' }: BootstrapOptions,
): Record<Name, Interval | null> {
  const tail = (1 - confidence) / 2;
  const drawn = names.map(() => ({ values: new Float64Array(resamples), defined: 0 }));
  const random = createRandom(seed);
  const indices = new Int32Array(examples);
  const write = (at: number, value: number): void => {
    const of = drawn[at];
    if (Number.isNaN(value)) return;
    of.values[of.defined] = value;
    of.defined += 1;
  };
  for (let resample = 0; resample < resamples && examples > 0; resample += 1) {
    random.integers(examples, indices);
    measure(indices, write);
  }
  const whole = method === 'bca' && examples > 0 ? measureWhole(measure, names.length, examples) : undefined;
  const intervalOf = (sorted: Float64Array, at: number): Interval | null => {
    if (sorted.length === 0 || sorted.length < DEFINED_SHARE * resamples) return null;
    if (whole === undefined) return between(sorted, [tail, 1 - tail], confidence);
    const value = whole.values[at];
    if (Number.isNaN(value)) return null;
    return between(sorted, bcaShares(value, sorted, { tail, jackknife: whole.jackknife[at] }), confidence);
  };
  return Object.fromEntries(
    names.map((name, at) => [name, intervalOf(drawn[at].values.subarray(0, drawn[at].defined).sort(), at)]),
  ) as Record<Name, Interval | null>;
}

function between(sorted: Float64Array, [low, high]: [number, number], confidence: number): Interval {
  return { low: quantile(sorted, low), high: quantile(sorted, high), confidence };
}

/** @returns every metric on all examples, and with each of them left out */
function measureWhole(
  measure: Measure,
  metrics: number,
  examples: number,
): { values: Float64Array; jackknife: Float64Array[] } {
  const left = examples > 1 && examples <= MOST_ACCELERATED ? examples : 0;
  const values = new Float64Array(metrics);
  const jackknife = Array.from({ length: metrics }, () => new Float64Array(left));
  measure(allOf(examples), (at, value) => {
    values[at] = value;
  });
  const others = allOf(examples).subarray(1);
  for (let without = 0; without < left; without += 1) {
    if (without > 0) others[without - 1] = without - 1;
    measure(others, (at, value) => {
      jackknife[at][without] = value;
    });
  }
  return { values, jackknife };
}
