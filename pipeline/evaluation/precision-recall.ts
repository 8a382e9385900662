// Precision by recall, one class against the rest, and the area under it (Davis & Goadrich 2006); equal to scikit-learn
// 1.9. The area is the sum of each threshold's precision times what it adds to recall, not interpolated, so that it is not
// too hopeful. Without a positive example recall counts as 1 and the area is 0, as there.
import { checkScores, countGroups, positivesOf, rank } from './ranking.ts';

/** Point i counts as positive what scores at least `thresholds[i]`; behind the last threshold stands (recall 0, precision 1). */
export interface PrecisionRecallCurve {
  /** [T + 1] */
  readonly precision: readonly number[];
  /** Falling. [T + 1] */
  readonly recall: readonly number[];
  /** Rising. [T] */
  readonly thresholds: readonly number[];
}

/**
 * The precision-recall curve of one class against the rest.
 * @param labels true classes [N]
 * @param scores the higher, the more like the positive class [N]
 * @param positive class index
 * @throws MetricUndefined without examples or for a score that is not finite
 */
export function precisionRecallCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  positive: number,
): PrecisionRecallCurve {
  checkScores('precision-recall curve', labels, scores);
  const ranking = rank(scores);
  const { positives, negatives } = countGroups(ranking, labels, positive);
  const all = positives.reduce((sum, count) => sum + count, 0);
  let [found, answered] = [0, 0];
  const points = Array.from(ranking.scores, (threshold, group) => {
    found += positives[group];
    answered += positives[group] + negatives[group];
    return { threshold, precision: found / answered, recall: all === 0 ? 1 : found / all };
  });
  points.reverse();
  return {
    precision: [...points.map(({ precision }) => precision), 1],
    recall: [...points.map(({ recall }) => recall), 0],
    thresholds: points.map(({ threshold }) => threshold),
  };
}

/**
 * The same with fewer points, evenly taken, for drawing: a curve has as many points as there are scores.
 * @param most points, 1,000 by default, at least 2; the first and the last stay
 */
export function thinCurve(curve: PrecisionRecallCurve, most = 1_000): PrecisionRecallCurve {
  const points = curve.recall.length;
  if (points <= most) return curve;
  const kept = Array.from({ length: most }, (_, at) => Math.round((at * (points - 1)) / (most - 1)));
  return {
    precision: kept.map((at) => curve.precision[at]),
    recall: kept.map((at) => curve.recall[at]),
    thresholds: kept.slice(0, -1).map((at) => curve.thresholds[at]),
  };
}

/**
 * Sorts the scores once, so that the area can be told for many resamples in linear time each.
 * @returns the average precision of the examples at given indices, repeats counting; 0 where none of them is positive
 * @throws MetricUndefined as `precisionRecallCurve`
 */
export function prepareAveragePrecision(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  positive: number,
): (indices: Int32Array) => number {
  checkScores('average precision', labels, scores);
  const { groups, scores: distinct } = rank(scores);
  const isPositive = positivesOf(labels, positive);
  const positives = new Float64Array(distinct.length);
  const answers = new Float64Array(distinct.length);
  return (indices) => {
    positives.fill(0);
    answers.fill(0);
    for (const example of indices) {
      positives[groups[example]] += isPositive[example];
      answers[groups[example]] += 1;
    }
    let [found, answered, area] = [0, 0, 0];
    for (let group = 0; group < distinct.length; group += 1) {
      found += positives[group];
      answered += answers[group];
      if (positives[group] > 0) area += positives[group] * (found / answered);
    }
    return found === 0 ? 0 : area / found;
  };
}
