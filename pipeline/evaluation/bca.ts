// The bias-corrected and accelerated bootstrap (Efron 1987, JASA 82; Efron & Tibshirani 1993, section 14.3), as
// scipy.stats.bootstrap has it. It matters where few examples decide: near 0 and 1, and where errors are rare.
import { normalCdf, normalQuantile } from './normal.ts';

/**
 * Which quantiles of the resamples are the ends of an interval.
 * @param value on all examples
 * @param sorted on resamples of them, rising
 * @param options `tail`: share of repetitions beyond each end; `jackknife`: the values with one example left out each, none
 * where nothing is to be accelerated
 * @returns the shares of the low and the high end; `tail` and `1 - tail` where all resamples lie on one side of the value,
 * so that there is nothing to correct by
 */
export function bcaShares(
  value: number,
  sorted: Float64Array,
  { tail, jackknife }: { readonly tail: number; readonly jackknife: Float64Array },
): [number, number] {
  const below = sorted.reduce((sum, each) => sum + (each < value ? 1 : each === value ? 0.5 : 0), 0);
  const bias = normalQuantile(below / sorted.length);
  if (!Number.isFinite(bias)) return [tail, 1 - tail];
  const acceleration = accelerationOf(jackknife);
  const corrected = (share: number): number => {
    const shifted = bias + normalQuantile(share);
    return normalCdf(bias + shifted / (1 - acceleration * shifted));
  };
  return [corrected(tail), corrected(1 - tail)];
}

/** 0 where all are equal, or one has no value. */
function accelerationOf(jackknife: Float64Array): number {
  const mean = jackknife.reduce((sum, each) => sum + each, 0) / jackknife.length;
  let [squares, cubes] = [0, 0];
  for (const each of jackknife) {
    squares += (mean - each) ** 2;
    cubes += (mean - each) ** 3;
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
}
