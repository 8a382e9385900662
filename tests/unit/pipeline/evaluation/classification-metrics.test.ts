import { describe, expect, it } from 'vitest';
import {
  accuracy,
  balancedAccuracy,
  confusionMatrix,
  f1,
  macroAverage,
  matthewsCorrelation,
  microAverage,
  precision,
  recall,
  weightedAverage,
} from '../../../../pipeline/evaluation/classification-metrics.ts';
import { MetricUndefined } from '../../../../pipeline/evaluation/metric-undefined.ts';
import { predictedClasses } from '../../../../pipeline/evaluation/predictions.ts';
import { brierScore, logLoss } from '../../../../pipeline/evaluation/probability-metrics.ts';
import { classification, distance, predictionsOf } from './golden.ts';

const EXACT = 1e-12;

describe.each(classification.cases)('on $name', (golden) => {
  const predictions = predictionsOf(golden);
  const decision = golden.threshold === null ? undefined : { positive: 1, threshold: golden.threshold };
  const predicted = predictedClasses(predictions, decision);
  const matrix = confusionMatrix(predictions.labels, predicted, { classes: golden.classes });

  it('predicts the classes and counts the confusions that scikit-learn does', () => {
    expect([...predicted]).toEqual(golden.predicted);
    expect([...matrix.counts]).toEqual(golden.confusion.flat());
  });

  it.each([
    ['accuracy', () => accuracy(matrix), golden.accuracy],
    ['balanced accuracy', () => balancedAccuracy(matrix), golden.balancedAccuracy],
    ['Matthews correlation', () => matthewsCorrelation(matrix), golden.matthews],
    ['macro precision', () => macroAverage(matrix, precision), golden.macro.precision],
    ['macro recall', () => macroAverage(matrix, recall), golden.macro.recall],
    ['macro F1', () => macroAverage(matrix, f1), golden.macro.f1],
    ['weighted precision', () => weightedAverage(matrix, precision), golden.weighted.precision],
    ['weighted recall', () => weightedAverage(matrix, recall), golden.weighted.recall],
    ['weighted F1', () => weightedAverage(matrix, f1), golden.weighted.f1],
    ['micro precision', () => microAverage(matrix), golden.micro.precision],
    ['micro recall', () => microAverage(matrix), golden.micro.recall],
    ['micro F1', () => microAverage(matrix), golden.micro.f1],
    ['log loss', () => logLoss(predictions), golden.logLoss],
    ['Brier score', () => brierScore(predictions), golden.brier],
  ])('gives the %s of scikit-learn', (_, ours, theirs) => {
    expect(distance([ours()], [theirs])).toBeLessThan(EXACT);
  });

  it('gives precision, recall and F1 of every class as scikit-learn', () => {
    for (const [metric, name] of [
      [precision, 'precision'],
      [recall, 'recall'],
      [f1, 'f1'],
    ] as const) {
      const ours = golden.confusion.map((_, positive) => metric(matrix, positive));
      expect(distance(ours, golden.perClass[name])).toBeLessThan(EXACT);
    }
  });
});

describe('classification metrics', () => {
  it('name themselves where there are no examples', () => {
    const empty = confusionMatrix([], [], { classes: 2 });
    for (const [metric, name] of [
      [accuracy, 'accuracy'],
      [balancedAccuracy, 'balanced accuracy'],
      [matthewsCorrelation, 'Matthews correlation'],
      [microAverage, 'micro average'],
    ] as const) {
      expect(() => metric(empty)).toThrow(new MetricUndefined(name, 'there are no examples'));
    }
    for (const metric of [precision, recall, f1]) {
      expect(() => metric(empty, 0)).toThrow(MetricUndefined);
      expect(() => macroAverage(empty, metric)).toThrow(MetricUndefined);
      expect(() => weightedAverage(empty, metric)).toThrow(MetricUndefined);
    }
  });

  it('count repeated examples as often as they are drawn', () => {
    const matrix = confusionMatrix([0, 1], [0, 0], { classes: 2, indices: [1, 1, 0] });
    expect([...matrix.counts]).toEqual([1, 0, 2, 0]);
  });

  it('refuse lists of different length and classes that do not exist', () => {
    expect(() => confusionMatrix([0, 1], [0], { classes: 2 })).toThrow('2 labels against 1 predictions');
    expect(() => confusionMatrix([0, 2], [0, 0], { classes: 2 })).toThrow(
      'example 1 has the classes 2 and 0',
    );
  });

  it.each([
    ['no examples', [], [], 'log loss is undefined: there are no examples'],
    ['NaN', [0], [Number.NaN, 1], 'example 0 has the probability NaN'],
    ['a probability above 1', [0], [1.5, -0.5], 'example 0 has the probability 1.5'],
    ['a row that is no distribution', [0, 1], [0.5, 0.5, 0.5, 0.1], 'probabilities of example 1 sum to 0.6'],
    ['a label that is no class', [2], [0.5, 0.5], 'label 2 of example 0 is not a class'],
    ['too few probabilities', [0, 1], [0.5, 0.5], '2 examples of 2 classes need 4 probabilities, got 2'],
  ])('refuse %s in the probabilities', (_, labels, probabilities, message) => {
    const predictions = {
      labels: Int32Array.from(labels),
      probabilities: Float64Array.from(probabilities),
      classes: 2,
    };
    expect(() => logLoss(predictions)).toThrow(message);
    expect(() => brierScore(predictions)).toThrow(MetricUndefined);
  });
});
