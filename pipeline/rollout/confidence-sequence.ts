// Asymptotic confidence sequence for a mean: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central
// limit theory and asymptotic confidence sequences", 2021, arXiv:2103.06476, Theorem 2.2. It covers the mean at all
// sample sizes at once, so a test may be looked at as often as one likes. Mean and variance are kept after Welford
// (1962), Technometrics 4(3).

/** What has been seen of a series of numbers; plain, so that it may be stored and continued. */
export interface MeanState {
  readonly count: number;
  readonly mean: number;
  readonly sumOfSquaredDeviations: number;
}

/** Bounds that hold at every sample size at once with probability 1 − α. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** How an interval is made; frozen when a test starts. */
export interface ConfidenceSequenceOptions {
  /** Probability that the mean is ever outside, 0 to 1. */
  readonly alpha: number;
  /** Scale of the mixture, above 0; from {@link rhoFor}. */
  readonly rho: number;
  /** Fewer numbers than this give no interval: the variance estimated from the first one is zero. Default 1. */
  readonly minimumSample?: number;
}

/** The state before any number. */
export const emptyMean: MeanState = { count: 0, mean: 0, sumOfSquaredDeviations: 0 };

/**
 * Adds a number.
 *
 * @param state - what has been seen before
 * @param x - a finite number
 * @returns the state after it
 */
export function updateMean(state: MeanState, x: number): MeanState {
  const count = state.count + 1;
  const deviation = x - state.mean;
  const mean = state.mean + deviation / count;
  return {
    count,
    mean,
    sumOfSquaredDeviations: state.sumOfSquaredDeviations + deviation * (x - mean),
  };
}

/**
 * Bounds the mean of a series at its present length.
 *
 * @param state - what has been seen
 * @param options - frozen parameters
 * @returns the two-sided interval, or null before the minimum sample, where nothing can be said
 */
export function confidenceSequence(state: MeanState, options: ConfidenceSequenceOptions): Interval | null {
  const { alpha, rho, minimumSample = 1 } = options;
  const n = state.count;
  if (n < Math.max(1, minimumSample)) return null;
  const variance = state.sumOfSquaredDeviations / n;
  const v = n * rho ** 2;
  const halfWidth = Math.sqrt(variance * ((2 * (v + 1)) / (n * v)) * Math.log(Math.sqrt(v + 1) / alpha));
  return { lower: state.mean - halfWidth, upper: state.mean + halfWidth };
}

/**
 * The scale for which the interval is narrowest at one sample size.
 *
 * Setting the derivative of the half-width to zero leaves v = ln((v + 1) / α²) with v = n ρ²; its solution is
 * −W₋₁(−α² / e) − 1, the paper's appendix B.2 by the Lambert function, found here by repeated substitution.
 *
 * @param optimalSample - the sample size, at least 1
 * @param alpha - 0 to 0.5, both excluded
 * @returns ρ
 */
export function rhoFor(optimalSample: number, alpha: number): number {
  let v = 1;
  // Contracts by 1 / (v + 1) a turn, below 0.4 at any alpha under 0.5: 60 turns exhaust a double.
  for (let turn = 0; turn < 60; turn += 1) v = Math.log((v + 1) / alpha ** 2);
  return Math.sqrt(v / optimalSample);
}
