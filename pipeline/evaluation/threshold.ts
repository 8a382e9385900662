// The decision threshold of a two-class model, chosen on validation data by trying every threshold that matters.
import { MetricUndefined } from './metric-undefined.ts';

/** What the threshold is chosen to maximise. */
export type ThresholdMetric = 'accuracy' | 'f1';

/** A threshold and what it is worth on the data it was chosen on. */
export interface ThresholdPoint {
  readonly threshold: number;
  readonly value: number;
}

export interface ThresholdChoice extends ThresholdPoint {
  readonly metric: ThresholdMetric;
  /** Every candidate, by rising threshold. */
  readonly curve: readonly ThresholdPoint[];
}

/**
 * Chooses the threshold at and above which a score means the positive class. Candidates are the midpoints between
 * neighbouring distinct scores, half the lowest score (all are positive) and halfway from the highest to 1 (none is).
 * Of equally good ones the closest to 0.5 is taken, then the lower.
 * @param labels true classes [N]
 * @param scores probability of the positive class, in [0, 1] [N]
 * @param options class index of the positive class, and the metric to maximise
 * @throws MetricUndefined without examples, with examples of one side only, or for a score out of range
 */
export function chooseThreshold(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  { positive, metric }: { readonly positive: number; readonly metric: ThresholdMetric },
): ThresholdChoice {
  const groups = countByScore(labels, scores, positive);
  const positives = groups.reduce((sum, group) => sum + group.positives, 0);
  const negatives = groups.reduce((sum, group) => sum + group.negatives, 0);
  if (positives === 0 || negatives === 0) {
    throw new MetricUndefined('threshold', 'the validation examples are all of one side');
  }
  let [truePositives, falsePositives] = [positives, negatives];
  const value = (): number =>
    metric === 'accuracy'
      ? (truePositives + negatives - falsePositives) / (positives + negatives)
      : (2 * truePositives) / (positives + truePositives + falsePositives);
  const curve: ThresholdPoint[] = [{ threshold: groups[0].score / 2, value: value() }];
  groups.forEach((group, at) => {
    truePositives -= group.positives;
    falsePositives -= group.negatives;
    const above = groups.at(at + 1)?.score ?? 1;
    const threshold = between(group.score, above);
    if (threshold > group.score) curve.push({ threshold, value: value() });
  });
  const best = curve.reduce((chosen, point) => (isBetter(point, chosen) ? point : chosen));
  return { ...best, metric, curve };
}

/** The middle of two scores, or the upper one where no number lies between them. */
function between(lower: number, upper: number): number {
  const middle = lower + (upper - lower) / 2;
  return middle > lower ? middle : upper;
}

function isBetter(point: ThresholdPoint, chosen: ThresholdPoint): boolean {
  if (point.value !== chosen.value) return point.value > chosen.value;
  return Math.abs(point.threshold - 0.5) < Math.abs(chosen.threshold - 0.5);
}

function countByScore(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  positive: number,
): { score: number; positives: number; negatives: number }[] {
  if (labels.length !== scores.length) {
    throw new MetricUndefined('threshold', `${labels.length} labels against ${scores.length} scores`);
  }
  const groups = new Map<number, { score: number; positives: number; negatives: number }>();
  for (let example = 0; example < labels.length; example += 1) {
    const score = scores[example];
    if (!(score >= 0 && score <= 1))
      throw new MetricUndefined('threshold', `example ${example} scores ${score}`);
    const group = groups.get(score) ?? { score, positives: 0, negatives: 0 };
    if (labels[example] === positive) group.positives += 1;
    else group.negatives += 1;
    groups.set(score, group);
  }
  return [...groups.values()].sort((a, b) => a.score - b.score);
}
