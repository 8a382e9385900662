// Finds profanity, hate, indecency, advertising and spam, by lists of words and a classifier; drops such documents, or marks
// them with their labels.
import type { FlagHarmfulSpec } from '../../contracts/model-spec/harmful-text.ts';
import { createHarmScores } from './harmful/score-harm.ts';
import type { Analysers } from './language/analysers.ts';
import type { LabelScores } from './text-classifier/label-figures.ts';
import type { CleaningStep } from './working-document.ts';

/** Makes the step `flag-harmful`. A document is dropped for the label that it exceeds most. */
export function createFlagHarmful(spec: FlagHarmfulSpec, analysers: Analysers): CleaningStep {
  let scoring: Promise<(text: string) => LabelScores> | undefined;
  return async ({ text }) => {
    scoring ??= createHarmScores(spec, analysers);
    const scores = (await scoring)(text);
    const labels = Object.entries(spec.thresholds)
      .filter(([label, threshold]) => (scores[label] ?? 0) >= threshold)
      .sort(([a, least], [b, other]) => scores[b] / other - scores[a] / least)
      .map(([label]) => label);
    if (labels.length === 0) return { decision: 'keep' };
    return spec.action === 'drop'
      ? { decision: 'drop', reason: labels[0] }
      : { decision: 'keep', marks: labels };
  };
}
