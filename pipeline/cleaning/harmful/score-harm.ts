// How harmful a text is, label by label: the larger of what the lists and the classifier say.
import type { FlagHarmfulSpec } from '../../../contracts/model-spec/harmful-text.ts';
import type { Analysers } from '../language/analysers.ts';
import type { LabelScores } from '../text-classifier/label-figures.ts';
import { scoreTexts } from '../text-classifier/text-classifier.ts';
import { createListScores } from './list-scores.ts';

/**
 * Makes what scores texts for the labels of a step.
 * @throws Error where the classifier cannot be read, or does not know a label that no list knows either
 */
export async function createHarmScores(
  { lists, classifier, thresholds }: Pick<FlagHarmfulSpec, 'lists' | 'classifier' | 'thresholds'>,
  analysers: Analysers,
): Promise<(text: string) => LabelScores> {
  const byLists = await createListScores(lists, analysers);
  const trained = classifier && (await analysers.textClassifier(classifier));
  const known = new Set([...Object.keys(byLists('')), ...(trained?.labels ?? []).map(({ label }) => label)]);
  const unknown = Object.keys(thresholds).filter((label) => !known.has(label));
  if (unknown.length > 0)
    throw new Error(
      `flag-harmful: nothing here tells ${unknown.join(', ')}; known are ${[...known].join(', ')}`,
    );
  return (text) => {
    const scores: Record<string, number> = { ...byLists(text) };
    if (trained === undefined) return scores;
    const [row] = scoreTexts(trained, [text]);
    for (const [at, { label }] of trained.labels.entries())
      scores[label] = Math.max(scores[label] ?? 0, row[at]);
    return scores;
  };
}
