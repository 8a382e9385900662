// Examples in the order of their scores, which every curve over thresholds is read from.
import { MetricUndefined } from './metric-undefined.ts';

/** Examples ordered by falling score, equal scores sharing a group. */
export interface Ranking {
  /** Group of each example, 0 being the highest score. [N] */
  readonly groups: Int32Array;
  /** Score of each group, falling. */
  readonly scores: Float64Array;
}

/**
 * Equal scores share a group. Sorts the bare numbers and then looks for each example's, which is several times faster than
 * to sort the examples by a comparison.
 * @param scores finite [N]
 */
export function rank(scores: ArrayLike<number>): Ranking {
  const own = copyOf(scores);
  const sorted = own.slice().sort().reverse();
  let count = 0;
  for (const score of sorted) {
    if (count === 0 || score !== sorted[count - 1]) {
      sorted[count] = score;
      count += 1;
    }
  }
  const distinct = sorted.subarray(0, count);
  const groups = new Int32Array(scores.length);
  for (let example = 0; example < own.length; example += 1) groups[example] = placeOf(own[example], distinct);
  return { groups, scores: distinct };
}

/** Without an iterator, which `from` would take. */
function copyOf(values: ArrayLike<number>): Float64Array {
  const copy = new Float64Array(values.length);
  for (let at = 0; at < values.length; at += 1) copy[at] = values[at];
  return copy;
}

/** @param falling holds the score */
function placeOf(score: number, falling: Float64Array): number {
  let [low, high] = [0, falling.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (falling[middle] > score) low = middle + 1;
    else high = middle;
  }
  return low;
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

/** @returns 1 for each example of the class [N] */
export function positivesOf(labels: ArrayLike<number>, positive: number): Uint8Array {
  const positives = new Uint8Array(labels.length);
  for (let example = 0; example < labels.length; example += 1) {
    if (labels[example] === positive) positives[example] = 1;
  }
  return positives;
}
