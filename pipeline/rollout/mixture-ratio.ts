// The mixture sequential probability ratio test with a normal mixture: Johari, Pekelis and Walsh, "Always valid
// inference", 2015, arXiv:1512.04922, section 4 (after Robbins 1970). A second opinion beside a confidence sequence.
// Departs from the paper in the variance: it is estimated, as the sequence does, and so the test is asymptotic.
import type { MeanState } from './confidence-sequence.ts';

export interface MixtureRatioOptions {
  /** The mean under the hypothesis. */
  readonly value: number;
  /** Standard deviation of the mixture in standard deviations of one number, above 0; from {@link mixtureScaleFor}. */
  readonly scale: number;
}

/**
 * The likelihood of the mean under the mixture against that under the hypothesis.
 *
 * @param state - what has been seen
 * @param options - frozen parameters
 * @returns the natural logarithm of Λ; 1 / Λ is a p-value at every look. Without variance 0, which says nothing
 */
export function logMixtureRatio(state: MeanState, { value, scale }: MixtureRatioOptions): number {
  const { count: n, mean, sumOfSquaredDeviations } = state;
  if (n < 2 || sumOfSquaredDeviations === 0) return 0;
  const variance = sumOfSquaredDeviations / (n - 1);
  const growth = 1 + n * scale ** 2;
  return (n ** 2 * scale ** 2 * (mean - value) ** 2) / (2 * variance * growth) - Math.log(growth) / 2;
}

/** z of a fixed test at 5 %, two-sided, and of its power of 80 %. */
const detectable = 1.959964 + 0.841621;

/**
 * The mixture as wide as the effect that a fixed test finds in four of five cases; Johari et al. advise the spread of
 * effects that are to be expected.
 *
 * @param optimalSample - numbers of that fixed test, at least 1
 * @returns the scale of the mixture
 */
export function mixtureScaleFor(optimalSample: number): number {
  return detectable / Math.sqrt(optimalSample);
}
