// Examples in the order of their scores, which every curve over thresholds is read from.
import { MetricUndefined } from './metric-undefined.ts';

/** Examples ordered by falling score, equal scores sharing a group. */
export interface Ranking {
  /** Group of each example, 0 being the highest score. [N] */
  readonly groups: Int32Array;
  /** Score of each group, falling. */
  readonly scores: readonly number[];
}

/** Equal scores share a group. */
export function rank(scores: ArrayLike<number>): Ranking {
  const order = Int32Array.from(scores, (_, example) => example).sort((a, b) => scores[b] - scores[a]);
  const groups = new Int32Array(order.length);
  const distinct: number[] = [];
  for (const example of order) {
    if (scores[example] !== distinct.at(-1)) distinct.push(scores[example]);
    groups[example] = distinct.length - 1;
  }
  return { groups, scores: distinct };
}

/** @throws MetricUndefined without examples, for unequal lengths or a score that is not finite */
export function checkScores(metric: string, labels: ArrayLike<number>, scores: ArrayLike<number>): void {
  if (labels.length !== scores.length) {
    throw new MetricUndefined(metric, `${labels.length} labels against ${scores.length} scores`);
  }
  if (labels.length === 0) throw new MetricUndefined(metric, 'there are no examples');
  for (let example = 0; example < scores.length; example += 1) {
    if (!Number.isFinite(scores[example])) {
      throw new MetricUndefined(metric, `example ${example} has the score ${scores[example]}`);
    }
  }
}

/** Positives and negatives of each group. */
export function countGroups(
  { groups, scores }: Ranking,
  labels: ArrayLike<number>,
  positive: number,
): { positives: Float64Array; negatives: Float64Array } {
  const positives = new Float64Array(scores.length);
  const negatives = new Float64Array(scores.length);
  groups.forEach((group, example) => {
    (labels[example] === positive ? positives : negatives)[group] += 1;
  });
  return { positives, negatives };
}
