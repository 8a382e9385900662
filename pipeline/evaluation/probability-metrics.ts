// Proper scores of the probabilities themselves, one number an example and their mean; equal to scikit-learn 1.9.

import type { Predictions } from './predictions.ts';
import { checkPredictions } from './predictions.ts';

const EPSILON = 2 ** -52; // scikit-learn clips float64 probabilities so far from 0 and 1

/**
 * Negative natural logarithm of the true class's probability, clipped to [2^-52, 1 - 2^-52].
 * @returns loss of each example [N]
 * @throws MetricUndefined when the predictions are not valid
 */
export function logLosses(predictions: Predictions): Float64Array {
  checkPredictions('log loss', predictions);
  const { labels, probabilities, classes } = predictions;
  return Float64Array.from(labels, (label, row) => {
    const probability = probabilities[row * classes + label];
    return -Math.log(Math.min(1 - EPSILON, Math.max(EPSILON, probability)));
  });
}

/**
 * Squared distance between the probabilities and the truth (Brier 1950), halved for two classes, so that it is then
 * the squared error of the positive class.
 * @returns score of each example, in [0, 1] for two classes, in [0, 2] for more [N]
 * @throws MetricUndefined when the predictions are not valid
 */
export function brierScores(predictions: Predictions): Float64Array {
  checkPredictions('Brier score', predictions);
  const { labels, probabilities, classes } = predictions;
  const scale = classes === 2 ? 0.5 : 1;
  return Float64Array.from(labels, (label, row) => {
    let sum = 0;
    for (let k = 0; k < classes; k += 1) {
      sum += ((k === label ? 1 : 0) - probabilities[row * classes + k]) ** 2;
    }
    return scale * sum;
  });
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean of `logLosses`, in nats. */
export const logLoss = (predictions: Predictions): number => mean(logLosses(predictions));

/** Mean of `brierScores`. */
export const brierScore = (predictions: Predictions): number => mean(brierScores(predictions));
