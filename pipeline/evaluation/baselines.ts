// What a model must beat to be worth anything: the majority class, and tf-idf with logistic regression.
import { fitLogisticRegression } from './logistic-regression.ts';
import { MetricUndefined } from './metric-undefined.ts';
import type { Predictions } from './predictions.ts';
import type { TfidfOptions } from './tfidf.ts';
import { fitTfidf } from './tfidf.ts';

/** Texts with their classes, row i of both being example i. */
export interface LabelledTexts {
  readonly texts: readonly string[];
  readonly labels: Int32Array;
}

/**
 * Answers every example with the class shares of the training data, whose most frequent class is thus predicted.
 * @param trainingLabels classes of the training examples
 * @param testLabels classes of the examples to answer
 * @throws MetricUndefined without training examples
 */
export function majorityBaseline(
  trainingLabels: ArrayLike<number>,
  testLabels: Int32Array,
  classes: number,
): Predictions {
  if (trainingLabels.length === 0)
    throw new MetricUndefined('majority baseline', 'there are no training examples');
  const counts = new Float64Array(classes);
  for (let example = 0; example < trainingLabels.length; example += 1) counts[trainingLabels[example]] += 1;
  const shares = counts.map((count) => count / trainingLabels.length);
  const probabilities = new Float64Array(testLabels.length * classes);
  for (let row = 0; row < testLabels.length; row += 1) probabilities.set(shares, row * classes);
  return { labels: testLabels, probabilities, classes };
}

/**
 * Trains tf-idf with logistic regression on the training texts and answers the test texts.
 * @param options tf-idf options, and `classes`
 * @throws MetricUndefined when the training texts hold one class or no term
 */
export function tfidfBaseline(
  training: LabelledTexts,
  test: LabelledTexts,
  options: TfidfOptions & { readonly classes: number },
): Predictions {
  const tfidf = fitTfidf(training.texts, options);
  const model = fitLogisticRegression(tfidf.transform(training.texts), training.labels, {
    classes: options.classes,
    tolerance: 1e-4, // scikit-learn's own; probabilities are then right to four digits
  });
  return {
    labels: test.labels,
    probabilities: model.probabilities(tfidf.transform(test.texts)),
    classes: options.classes,
  };
}
