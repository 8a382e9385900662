// How well labels are told: precision and recall of each label at its threshold, on texts that people have labelled.
import type { LabelledText } from './text-classifier.ts';

/** What a classifier or a list answers about a text: labels and how sure it is, from 0 to 1. */
export type LabelScores = Readonly<Record<string, number>>;

/** Figures of one label; a ratio is null where it has no value, such as the precision of what was never flagged. */
export interface LabelFigures {
  readonly label: string;
  readonly threshold: number;
  /** Texts that have the label. */
  readonly positives: number;
  /** Texts that were given the label. */
  readonly flagged: number;
  readonly precision: number | null;
  readonly recall: number | null;
}

/**
 * Compares scores with labels.
 * @param thresholds of the labels that are compared; a text has a label from there on
 * @param scores one a text, in the order of the texts; a label that is absent scores 0
 */
export function labelFigures(
  examples: readonly LabelledText[],
  scores: readonly LabelScores[],
  thresholds: LabelScores,
): LabelFigures[] {
  return Object.entries(thresholds).map(([label, threshold]) => {
    let [positives, flagged, hits] = [0, 0, 0];
    for (const [at, { labels }] of examples.entries()) {
      const isPositive = labels.includes(label);
      const isFlagged = (scores[at][label] ?? 0) >= threshold;
      if (isPositive) positives += 1;
      if (isFlagged) flagged += 1;
      if (isPositive && isFlagged) hits += 1;
    }
    const ratio = (whole: number): number | null => (whole === 0 ? null : hits / whole);
    return { label, threshold, positives, flagged, precision: ratio(flagged), recall: ratio(positives) };
  });
}
