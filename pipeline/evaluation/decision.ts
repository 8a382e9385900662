// From probabilities to a label: the rule that is stored with a version, used by evaluation and gateway alike.
import type { DecisionRule } from '../../contracts/version-package.ts';

/**
 * @param probabilities by class index, in the order of `rule.labels`
 * @returns with two classes the positive label where its probability reaches the threshold, else the other; with more
 * the most probable, the first of them at a tie
 */
export function decide(probabilities: readonly number[], rule: DecisionRule): string {
  const { labels, positiveLabel, threshold } = rule;
  if (labels.length === 2) {
    const positive = labels.indexOf(positiveLabel);
    return probabilities[positive] >= threshold ? positiveLabel : labels[1 - positive];
  }
  return labels[probabilities.indexOf(Math.max(...probabilities))];
}
