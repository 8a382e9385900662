// The receiver operating characteristic of one class against the rest, and the area under it. Tied scores are one step
// of the curve, and points on a straight line between their neighbours are left out, both as scikit-learn 1.9 does it.
import { MetricUndefined } from './metric-undefined.ts';
import { checkScores, countGroups, positivesOf, rank } from './ranking.ts';

/** Points from (0, 0) to (1, 1); point i counts as positive what scores at least `thresholds[i]`. */
export interface RocCurve {
  readonly falsePositiveRate: readonly number[];
  readonly truePositiveRate: readonly number[];
  /** Falling; the first is Infinity. */
  readonly thresholds: readonly number[];
}

/**
 * The ROC curve of one class against the rest.
 * @param labels true classes [N]
 * @param scores the higher, the more like the positive class [N]
 * @param positive class index
 * @throws MetricUndefined without examples, for a score that is not finite, or where one side has no examples
 */
export function rocCurve(labels: ArrayLike<number>, scores: ArrayLike<number>, positive: number): RocCurve {
  checkScores('ROC curve', labels, scores);
  const ranking = rank(scores);
  const { positives, negatives } = countGroups(ranking, labels, positive);
  let [truePositives, falsePositives] = [0, 0];
  const points = Array.from(ranking.scores, (threshold, group) => {
    truePositives += positives[group];
    falsePositives += negatives[group];
    return { threshold, truePositives, falsePositives };
  });
  if (truePositives === 0) throw new MetricUndefined('ROC curve', 'no example is of the positive class');
  if (falsePositives === 0) throw new MetricUndefined('ROC curve', 'every example is of the positive class');
  const corners = points.filter((point, at) => {
    const before = points.at(at - 1);
    const after = points.at(at + 1);
    if (at === 0 || before === undefined || after === undefined) return true;
    const bend = (of: 'truePositives' | 'falsePositives'): number => after[of] - 2 * point[of] + before[of];
    return bend('truePositives') !== 0 || bend('falsePositives') !== 0;
  });
  return {
    falsePositiveRate: [0, ...corners.map((point) => point.falsePositives / falsePositives)],
    truePositiveRate: [0, ...corners.map((point) => point.truePositives / truePositives)],
    thresholds: [Number.POSITIVE_INFINITY, ...corners.map(({ threshold }) => threshold)],
  };
}

/**
 * Sorts the scores once, so that the area can be told for many resamples in linear time each.
 * @returns the area for the examples at given indices (repeats count), NaN where one side has none of them
 * @throws MetricUndefined as `rocCurve`, but for one side without examples
 */
export function prepareAuc(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  positive: number,
): (indices: Int32Array) => number {
  checkScores('AUC', labels, scores);
  const { groups, scores: distinct } = rank(scores);
  const isPositive = positivesOf(labels, positive);
  const positives = new Float64Array(distinct.length);
  const negatives = new Float64Array(distinct.length);
  return (indices) => {
    positives.fill(0);
    negatives.fill(0);
    for (let drawn = 0; drawn < indices.length; drawn += 1) {
      const example = indices[drawn];
      if (isPositive[example] === 1) positives[groups[example]] += 1;
      else negatives[groups[example]] += 1;
    }
    let [above, allNegatives, pairs] = [0, 0, 0];
    for (let group = 0; group < distinct.length; group += 1) {
      pairs += negatives[group] * (above + positives[group] / 2); // a tie is half a pair in the right order
      above += positives[group];
      allNegatives += negatives[group];
    }
    return above === 0 || allNegatives === 0 ? Number.NaN : pairs / (above * allNegatives);
  };
}

/**
 * Area under the ROC curve: the share of (positive, negative) pairs in the right order, a tie counting half. Sorts the two
 * sides apart and counts the pairs in one walk over both (Mann & Whitney 1947).
 * @throws MetricUndefined as `rocCurve`
 */
export function rocAuc(labels: ArrayLike<number>, scores: ArrayLike<number>, positive: number): number {
  checkScores('AUC', labels, scores);
  const [above, below] = splitScores(labels, scores, positive);
  if (above.length === 0 || below.length === 0)
    throw new MetricUndefined('AUC', 'the examples are all of one side');
  above.sort();
  below.sort();
  let [pairs, lower, notHigher] = [0, 0, 0];
  for (let at = 0; at < above.length; at += 1) {
    const score = above[at];
    while (lower < below.length && below[lower] < score) lower += 1;
    notHigher = Math.max(notHigher, lower);
    while (notHigher < below.length && below[notHigher] === score) notHigher += 1;
    pairs += (lower + notHigher) / 2;
  }
  return pairs / (above.length * below.length);
}

/** @returns the scores of the class, and of all others */
function splitScores(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  positive: number,
): [Float64Array, Float64Array] {
  const [above, below] = [new Float64Array(scores.length), new Float64Array(scores.length)];
  let [positives, negatives] = [0, 0];
  for (let example = 0; example < scores.length; example += 1) {
    if (labels[example] === positive) above[positives++] = scores[example];
    else below[negatives++] = scores[example];
  }
  return [above.subarray(0, positives), below.subarray(0, negatives)];
}
