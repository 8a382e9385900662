// What a classifier is to answer, as distributions over its classes: label smoothing, and labels that count more than
// others. N answers, K classes.
import type { FineTuningSpec } from '../../contracts/model-spec/learning.ts';

/** [K]: 1, or n/(K·nₖ) where rare labels are to count as much as frequent ones (King & Zeng 2001, as scikit-learn has it). */
export function classWeights(
  labels: readonly number[],
  classes: number,
  kind: FineTuningSpec['classWeights'],
): Float64Array {
  const weights = new Float64Array(classes).fill(1);
  if (kind === 'none') return weights;
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label] += 1;
  return weights.map((_, label) => labels.length / (classes * Math.max(1, counts[label])));
}

export interface TargetOptions {
  /** N: at least as many as labels; those without one count nothing. */
  readonly answers: number;
  /** [K] */
  readonly weights: Float64Array;
  readonly smoothing: number;
}

/**
 * [N, K]: what each class of each answer counts in the batch's mean. Label smoothing spreads a share of a label over all
 * classes (Szegedy et al. 2016, arXiv:1512.00567, section 7).
 * @param labels a class each; below 0: none
 */
export function classTargets(
  labels: ArrayLike<number>,
  { answers, weights, smoothing }: TargetOptions,
): Float32Array {
  const classes = weights.length;
  const targets = new Float32Array(answers * classes);
  const labelled = Array.from(labels).flatMap((label, index) => (label < 0 ? [] : [{ label, index }]));
  const total = labelled.reduce((sum, { label }) => sum + weights[label], 0);
  for (const { label, index } of labelled) {
    const weight = weights[label] / total;
    targets.fill((smoothing / classes) * weight, index * classes, (index + 1) * classes);
    targets[index * classes + label] += (1 - smoothing) * weight;
  }
  return targets;
}
