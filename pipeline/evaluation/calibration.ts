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
  const sums = Array.from({ length: bins }, () => ({ count: 0, stated: 0, observed: 0 }));
  for (let example = 0; example < stated.length; example += 1) {
    const sum = sums[binOf(stated[example], example, bins)];
    sum.count += 1;
    sum.stated += stated[example];
    sum.observed += cameTrue[example];
  }
  return sums.map((sum, bin) => ({
    from: edge(bin, bins),
    to: edge(bin + 1, bins),
    count: sum.count,
    stated: sum.count === 0 ? null : sum.stated / sum.count,
    observed: sum.count === 0 ? null : sum.observed / sum.count,
  }));
}

/** The edges of numpy.linspace(0, 1, bins + 1). */
function edge(bin: number, bins: number): number {
  return bin === bins ? 1 : bin * (1 / bins);
}

function binOf(probability: number, example: number, bins: number): number {
  if (!(probability >= 0 && probability <= 1)) {
    throw new MetricUndefined('calibration', `example ${example} has the probability ${probability}`);
  }
  let bin = 0;
  while (bin < bins - 1 && probability > edge(bin + 1, bins)) bin += 1;
  return bin;
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

/**
 * Sorts the probabilities into bins once, so that the error can be told for many resamples.
 * @returns the expected calibration error of the examples at given indices, repeats counting
 * @throws MetricUndefined for a probability out of range
 */
export function prepareCalibrationError(
  stated: ArrayLike<number>,
  cameTrue: ArrayLike<number>,
  bins = 10,
): (indices: Int32Array) => number {
  const bin = Uint32Array.from(stated, (probability, example) => binOf(probability, example, bins));
  const excess = Float64Array.from(stated, (probability, example) => probability - cameTrue[example]);
  const sums = new Float64Array(bins);
  return (indices) => {
    sums.fill(0);
    for (const example of indices) sums[bin[example]] += excess[example];
    return sums.reduce((total, sum) => total + Math.abs(sum), 0) / indices.length;
  };
}
