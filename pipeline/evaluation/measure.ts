// All metrics of a classifier with their intervals, and the paired differences between two classifiers.

import type { Statistic } from './bootstrap.ts';
import { allOf, bootstrapIntervals, difference } from './bootstrap.ts';
import { prepareCalibrationError } from './calibration.ts';
import type { ConfusionMatrix } from './classification-metrics.ts';
import {
  accuracy,
  balancedAccuracy,
  confusionMatrix,
  f1,
  macroAverage,
  matthewsCorrelation,
  precision,
  recall,
} from './classification-metrics.ts';
import type { ClassificationMetric, MetricTable } from './metric-table.ts';
import { metricNames } from './metric-table.ts';
import { MetricUndefined } from './metric-undefined.ts';
import { prepareAveragePrecision } from './precision-recall.ts';
import type { Decision, Predictions } from './predictions.ts';
import { checkPredictions, predictedClasses, scoresOf } from './predictions.ts';
import { brierScores, logLosses } from './probability-metrics.ts';
import { prepareAuc } from './roc.ts';

/** A classifier's answers and how they become labels. */
export interface Answers {
  readonly predictions: Predictions;
  /** For two classes; without it the most probable class is taken, and the second one is the positive. */
  readonly decision?: Decision | undefined;
}

export interface MeasureOptions {
  readonly seed: number;
  /** Bootstrap resamples, 1,000 by default. */
  readonly resamples?: number;
  /** Of the intervals, in (0, 1), 0.95 by default. */
  readonly confidence?: number;
}

/**
 * Measures a classifier.
 * @returns every metric; its value is NaN where these examples give it none, such as AUC with one class only
 * @throws MetricUndefined when the predictions are not valid or there are none
 */
export function measureClassifier(answers: Answers, options: MeasureOptions): MetricTable {
  return tabulate(createStatistics(answers), answers.predictions.labels.length, options);
}

/**
 * Compares two classifiers on the same examples.
 * @returns for every metric the value of the first less that of the second, with the paired interval
 * @throws MetricUndefined when predictions are not valid or their labels differ
 */
export function compareClassifiers(first: Answers, second: Answers, options: MeasureOptions): MetricTable {
  const labels = first.predictions.labels;
  const others = second.predictions.labels;
  if (labels.length !== others.length || labels.some((label, example) => label !== others[example])) {
    throw new MetricUndefined('difference', 'the two classifiers answered different examples');
  }
  const ours = createStatistics(first);
  const theirs = createStatistics(second);
  const differences = Object.fromEntries(
    metricNames.map((metric) => [metric, difference(ours[metric], theirs[metric])]),
  ) as Record<ClassificationMetric, Statistic>;
  return tabulate(differences, labels.length, options);
}

/**
 * What a stated probability is held against: with two classes the positive one's probability and whether it came true,
 * with more the probability of the most probable class and whether that was right.
 */
export function calibrationPairs({ predictions, decision }: Answers): {
  stated: Float64Array;
  cameTrue: Uint8Array;
} {
  const { labels, classes } = predictions;
  if (classes === 2) {
    const positive = decision?.positive ?? 1;
    return {
      stated: scoresOf(predictions, positive),
      cameTrue: Uint8Array.from(labels, (label) => (label === positive ? 1 : 0)),
    };
  }
  const predicted = predictedClasses(predictions);
  return {
    stated: Float64Array.from(predicted, (k, example) => predictions.probabilities[example * classes + k]),
    cameTrue: Uint8Array.from(predicted, (k, example) => (k === labels[example] ? 1 : 0)),
  };
}

function tabulate(
  statistics: Record<ClassificationMetric, Statistic>,
  examples: number,
  options: MeasureOptions,
): MetricTable {
  const all = allOf(examples);
  const intervals = bootstrapIntervals(statistics, { ...options, examples });
  return Object.fromEntries(
    metricNames.map((metric) => [metric, { value: statistics[metric](all), interval: intervals[metric] }]),
  );
}

/** Each metric as a function of the examples that count, with what is costly prepared once. */
export function createStatistics(answers: Answers): Record<ClassificationMetric, Statistic> {
  const { predictions, decision } = answers;
  checkPredictions('evaluation', predictions);
  const { labels, classes } = predictions;
  const predicted = predictedClasses(predictions, decision);
  const positive = decision?.positive ?? 1;
  const { stated, cameTrue } = calibrationPairs(answers);
  const confused =
    (metric: (matrix: ConfusionMatrix) => number): Statistic =>
    (indices) =>
      metric(confusionMatrix(labels, predicted, { classes, indices }));
  const oneOrMean = (metric: typeof f1): Statistic =>
    confused((matrix) => (classes === 2 ? metric(matrix, positive) : macroAverage(matrix, metric)));
  return {
    accuracy: confused(accuracy),
    balancedAccuracy: confused(balancedAccuracy),
    precision: oneOrMean(precision),
    recall: oneOrMean(recall),
    f1: oneOrMean(f1),
    matthews: confused(matthewsCorrelation),
    auc: oneAgainstRest(prepareAuc, { predictions, positive }),
    averagePrecision: oneAgainstRest(prepareAveragePrecision, { predictions, positive }),
    brier: meanOf(brierScores(predictions)),
    logLoss: meanOf(logLosses(predictions)),
    calibrationError: prepareCalibrationError(stated, cameTrue),
  };
}

/** With two classes the figure of the positive one, with more the mean of one against the rest. */
function oneAgainstRest(
  prepare: typeof prepareAuc,
  { predictions, positive }: { readonly predictions: Predictions; readonly positive: number },
): Statistic {
  const { labels, classes } = predictions;
  const ofClass = (k: number): Statistic => prepare(labels, scoresOf(predictions, k), k);
  if (classes === 2) return ofClass(positive);
  const figures = Array.from({ length: classes }, (_, k) => ofClass(k));
  return (indices) => figures.reduce((sum, figure) => sum + figure(indices), 0) / classes;
}

function meanOf(values: Float64Array): Statistic {
  return (indices) => {
    let sum = 0;
    for (const example of indices) sum += values[example];
    return sum / indices.length;
  };
}
