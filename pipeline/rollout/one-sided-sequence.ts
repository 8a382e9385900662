// One-sided asymptotic confidence sequences: Waudby-Smith et al. 2021, arXiv:2103.06476, appendix on one-sided
// sequences; the normal mixture is cut in half, so that all of α watches one side. A proportion is the mean of zeros
// and ones. Departs from the paper in ρ: it is the exact minimiser, not the two-sided one at 2α.
import type { Interval, MeanState } from './confidence-sequence.ts';

/** How one side is watched; frozen when a test starts. */
export interface OneSidedOptions {
  /** Probability that the mean is ever beyond the bound, 0 to 0.5, of each bound by itself. */
  readonly alpha: number;
  /** Scale of the mixture, above 0; from {@link oneSidedRhoFor}. */
  readonly rho: number;
}

/**
 * Bounds the mean from below and from above, each by itself.
 *
 * @param state - what has been seen; at least one number
 * @param options - frozen parameters
 * @returns two bounds, of which each holds at all sample sizes with probability 1 − α; both together with 1 − 2α
 */
export function oneSidedBounds(state: MeanState, { alpha, rho }: OneSidedOptions): Interval {
  const { count: n, mean, sumOfSquaredDeviations } = state;
  const v = n * rho ** 2;
  const evidence = Math.log1p(Math.sqrt(v + 1) / (2 * alpha));
  const halfWidth = Math.sqrt((sumOfSquaredDeviations / n) * ((2 * (v + 1)) / (n * v)) * evidence);
  return { lower: mean - halfWidth, upper: mean + halfWidth };
}

/**
 * The least α at which the lower bound would stand above a value: the inverse of {@link oneSidedBounds}, for Holm's procedure.
 *
 * @param state - what has been seen; at least one number
 * @param rho - frozen scale
 * @param value - the mean under the hypothesis, or any below it
 * @returns 0 to 1; valid at every look: the chance that it is ever p or less is at most p
 */
export function oneSidedPValue(state: MeanState, rho: number, value: number): number {
  const { count: n, mean, sumOfSquaredDeviations } = state;
  if (mean <= value) return 1;
  const v = n * rho ** 2;
  const evidence = ((mean - value) ** 2 * n * v) / (2 * (sumOfSquaredDeviations / n) * (v + 1));
  return Math.min(1, Math.sqrt(v + 1) / (2 * Math.expm1(evidence)));
}

/**
 * The scale for which a one-sided bound is tightest at one sample size.
 *
 * With s = √(v + 1) and v = n ρ², setting the derivative of the half-width to zero leaves
 * v = 2 (1 + 2α / s) ln(1 + s / 2α), found by repeated substitution.
 *
 * @param optimalSample - the sample size, at least 1
 * @param alpha - 0 to 0.5, both excluded
 * @returns ρ
 */
export function oneSidedRhoFor(optimalSample: number, alpha: number): number {
  let v = 1;
  // Contracts by 1 / (v + 1) a turn or faster, as the two-sided one.
  for (let turn = 0; turn < 60; turn += 1) {
    const s = Math.sqrt(v + 1);
    v = 2 * (1 + (2 * alpha) / s) * Math.log1p(s / (2 * alpha));
  }
  return Math.sqrt(v / optimalSample);
}
