// Whether a stated probability is kept: reliability bins (DeGroot & Fienberg 1983) and the expected calibration error
// (Naeini et al. 2015). Bins are of equal width and closed on the right, as scikit-learn's calibration_curve.
import { MetricUndefined } from './metric-undefined.ts';

/** The examples whose stated probability falls into one interval. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean stated probability; null in an empty bin. */
  readonly stated: number | null;
  /** Share of the examples for which it came true; null in an empty bin. */
  readonly observed: number | null;
}

/**
 * Sorts stated probabilities into bins of equal width.
 * @param stated in [0, 1] [N]
 * @param cameTrue 1 or 0 for each example [N]
 * @param bins number of intervals, 10 by default
 * @throws MetricUndefined without examples, for unequal lengths or a probability out of range
 */
export function reliabilityBins(
  stated: ArrayLike<number>,
  cameTrue: ArrayLike<number>,
  bins = 10,
): ReliabilityBin[] {
  if (stated.length === 0) throw new MetricUndefined('calibration', 'there are no examples');
  if (stated.length !== cameTrue.length) {
    throw new MetricUndefined(
      'calibration',
      `${stated.length} probabilities against ${cameTrue.length} outcomes`,
    );
  }
  const edge = (bin: number): number => (bin === bins ? 1 : bin * (1 / bins)); // numpy.linspace(0, 1, bins + 1)
  const sums = Array.from({ length: bins }, () => ({ count: 0, stated: 0, observed: 0 }));
  for (let example = 0; example < stated.length; example += 1) {
    const probability = stated[example];
    if (!(probability >= 0 && probability <= 1)) {
      throw new MetricUndefined('calibration', `example ${example} has the probability ${probability}`);
    }
    let bin = 0;
    while (bin < bins - 1 && probability > edge(bin + 1)) bin += 1;
    sums[bin].count += 1;
    sums[bin].stated += probability;
    sums[bin].observed += cameTrue[example];
  }
  return sums.map((sum, bin) => ({
    from: edge(bin),
    to: edge(bin + 1),
    count: sum.count,
    stated: sum.count === 0 ? null : sum.stated / sum.count,
    observed: sum.count === 0 ? null : sum.observed / sum.count,
  }));
}

/**
 * Mean distance between stated and observed over the bins, weighted by their examples.
 * @returns in [0, 1], 0 being perfect
 * @throws MetricUndefined when all bins are empty
 */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number {
  const examples = bins.reduce((sum, { count }) => sum + count, 0);
  if (examples === 0) throw new MetricUndefined('calibration', 'there are no examples');
  return bins.reduce(
    (sum, { count, stated, observed }) =>
      sum + (count / examples) * Math.abs((stated ?? 0) - (observed ?? 0)),
    0,
  );
}
