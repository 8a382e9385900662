// What a reader of the figures must be told in words before believing them.
import { formatNumber, formatShare } from './format.ts';
import type { MetricTable } from './metric-table.ts';

/** One class this frequent makes accuracy flatter whoever always answers it. */
const DOMINANT_SHARE = 0.75;
/** Below so many examples a class's precision and recall rest on a handful of documents. */
const FEW_EXAMPLES = 20;

export interface WarningInput {
  readonly classNames: readonly string[];
  /** True class of each held-out example, as an index into `classNames`. */
  readonly labels: ArrayLike<number>;
  readonly candidate: MetricTable;
  readonly majority: MetricTable;
}

/** @returns sentences, none where nothing misleads */
export function findWarnings({ classNames, labels, candidate, majority }: WarningInput): string[] {
  const counts = classNames.map((_, k) => Array.from(labels).filter((label) => label === k).length);
  const most = counts.indexOf(Math.max(...counts));
  const share = counts[most] / labels.length;
  const warnings: string[] = [];
  if (share >= DOMINANT_SHARE && share < 1) {
    warnings.push(
      `Classes are unbalanced: ${formatShare(share)} of the held-out documents are “${classNames[most]}”, so always ` +
        `answering that scores an accuracy of ${formatNumber(share)} and learns nothing. ` +
        'Read balanced accuracy, F1 and AUC, and accuracy only beside the majority class.',
    );
  }
  const ours = candidate.accuracy?.value ?? Number.NaN;
  const theirs = majority.accuracy?.value ?? Number.NaN;
  if (ours <= theirs) {
    warnings.push(
      `The candidate's accuracy of ${formatNumber(ours)} is no better than the ${formatNumber(theirs)} of always ` +
        'answering the most frequent label.',
    );
  }
  counts.forEach((count, k) => {
    if (count === 0)
      warnings.push(`No held-out document is “${classNames[k]}”: nothing here tells how well it is found.`);
    else if (count < FEW_EXAMPLES) {
      warnings.push(
        `Only ${count} held-out documents are “${classNames[k]}”: figures of that class are rough.`,
      );
    }
  });
  return warnings;
}
