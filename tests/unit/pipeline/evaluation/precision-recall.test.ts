import { describe, expect, it } from 'vitest';
import {
  precisionRecallCurve,
  prepareAveragePrecision,
  thinCurve,
} from '../../../../pipeline/evaluation/precision-recall.ts';
import { scoresOf } from '../../../../pipeline/evaluation/predictions.ts';
import { classification, distance, predictionsOf } from './golden.ts';

const EXACT = 1e-12;

describe.each(classification.cases)('on $name', (golden) => {
  const predictions = predictionsOf(golden);
  const everything = Int32Array.from(predictions.labels, (_, example) => example);

  it('the precision-recall curve is that of scikit-learn', () => {
    const curve = precisionRecallCurve(predictions.labels, scoresOf(predictions, 1), 1);
    const [precision, recall, thresholds] = golden.precisionRecall;
    expect(distance(curve.precision, precision)).toBeLessThan(EXACT);
    expect(distance(curve.recall, recall)).toBeLessThan(EXACT);
    expect(distance(curve.thresholds, thresholds)).toBeLessThan(EXACT);
  });

  it('the average precision is that of scikit-learn', () => {
    const areaOf = (positive: number): number =>
      prepareAveragePrecision(predictions.labels, scoresOf(predictions, positive), positive)(everything);
    const ours =
      golden.classes === 2
        ? areaOf(1)
        : golden.confusion.reduce((sum, _, positive) => sum + areaOf(positive) / golden.classes, 0);
    expect(distance([ours], [golden.averagePrecision])).toBeLessThan(EXACT);
  });
});

describe('a thinned precision-recall curve', () => {
  const scores = Array.from({ length: 50 }, (_, at) => at / 50);
  const curve = precisionRecallCurve(
    scores.map((_, at) => at % 2),
    scores,
    1,
  );

  it('keeps its ends and so many points between', () => {
    const { precision, recall, thresholds } = thinCurve(curve, 5);
    expect([precision.length, recall.length, thresholds.length]).toEqual([5, 5, 4]);
    expect([recall[0], recall[4], precision[4]]).toEqual([1, 0, 1]);
    for (const [at, threshold] of thresholds.entries()) {
      expect(recall[at]).toBe(curve.recall[curve.thresholds.indexOf(threshold)]);
    }
  });

  it('is the same where it has no more points', () => {
    expect(thinCurve(curve)).toBe(curve);
  });
});

describe('average precision', () => {
  it('counts drawn examples only', () => {
    const area = prepareAveragePrecision([0, 1, 1, 0], [0.1, 0.9, 0.2, 0.3], 1);
    expect(area(Int32Array.of(0, 1, 2, 3))).toBeCloseTo(1 / 2 + (1 / 2) * (2 / 3), 12);
    expect(area(Int32Array.of(1, 1))).toBe(1);
    expect(area(Int32Array.of(0, 3))).toBe(0);
  });

  it('names itself where it has no value', () => {
    expect(() => prepareAveragePrecision([], [], 1)).toThrow(
      'average precision is undefined: there are no examples',
    );
    expect(() => prepareAveragePrecision([1], [Number.NaN], 1)).toThrow('example 0 has the score NaN');
    expect(() => precisionRecallCurve([1, 0], [1], 1)).toThrow(
      'precision-recall curve is undefined: 2 labels against 1 scores',
    );
  });
});
