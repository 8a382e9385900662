// Keeps what a classifier of one's own calls good: a logistic regression over character n-grams that was trained on documents which
// people judged, as fastText classifiers choose pages for language models (Brown et al. 2020, arXiv:2005.14165, A; Li et al. 2024,
// arXiv:2406.11794, 4.4).
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import type { Analysers } from './language/analysers.ts';
import { scoreTexts } from './text-classifier/text-classifier.ts';
import type { CleaningStep } from './working-document.ts';

type Options = Extract<CleaningStepSpec, { step: 'classify-quality' }>;

/** Makes the step `classify-quality`. The classifier is read when the first document comes. */
export function createClassifyQuality(
  { classifier, label, minimumScore }: Options,
  analysers: Pick<Analysers, 'textClassifier'>,
): CleaningStep {
  const load = async (): Promise<(text: string) => number> => {
    const trained = await analysers.textClassifier(classifier);
    const labels = trained.labels.map((it) => it.label);
    const column = labels.indexOf(label);
    if (column < 0)
      throw new Error(`classify-quality: ${classifier.path} knows ${labels.join(', ')}, and no ${label}`);
    return (text) => scoreTexts(trained, [text])[0][column];
  };
  let scoring: Promise<(text: string) => number> | undefined;
  return async ({ text }) => {
    const score = await (scoring ??= load());
    return score(text) >= minimumScore ? { decision: 'keep' } : { decision: 'drop', reason: 'low_quality' };
  };
}
