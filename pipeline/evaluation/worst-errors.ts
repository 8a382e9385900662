// The examples on which a classifier was wrong and most sure of it.

import type { Decision, Predictions } from './predictions.ts';
import { predictedClasses } from './predictions.ts';

/** One wrong answer. */
export interface WrongAnswer {
  /** Index of the example. */
  readonly example: number;
  /** True class. */
  readonly label: number;
  readonly predicted: number;
  /** Probability that was given to the true class; the lower, the worse. */
  readonly probability: number;
}

/** @returns the wrong answers, the least probable truth first; of equal ones the earlier example */
export function worstErrors(predictions: Predictions, decision: Decision | undefined): WrongAnswer[] {
  const { labels, probabilities, classes } = predictions;
  const wrong: WrongAnswer[] = [];
  predictedClasses(predictions, decision).forEach((predicted, example) => {
    const label = labels[example];
    if (predicted === label) return;
    wrong.push({ example, label, predicted, probability: probabilities[example * classes + label] });
  });
  return wrong.sort((a, b) => a.probability - b.probability);
}
