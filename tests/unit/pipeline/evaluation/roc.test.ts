import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetricUndefined } from '../../../../pipeline/evaluation/metric-undefined.ts';
import { scoresOf } from '../../../../pipeline/evaluation/predictions.ts';
import { prepareAuc, rocAuc, rocCurve } from '../../../../pipeline/evaluation/roc.ts';
import { classification, distance, predictionsOf } from './golden.ts';

const EXACT = 1e-12;

describe('the ROC curve', () => {
  it.each(classification.cases.filter(({ roc }) => roc !== undefined))(
    'is that of scikit-learn on $name',
    (golden) => {
      const predictions = predictionsOf(golden);
      const curve = rocCurve(predictions.labels, scoresOf(predictions, 1), 1);
      const theirs = (golden.roc ?? []).map((part) => part.map((value) => value ?? Number.POSITIVE_INFINITY));
      expect(theirs).toHaveLength(3);
      expect(distance(curve.falsePositiveRate, theirs[0])).toBeLessThan(EXACT);
      expect(distance(curve.truePositiveRate, theirs[1])).toBeLessThan(EXACT);
      expect(distance(curve.thresholds, theirs[2])).toBeLessThan(EXACT);
    },
  );

  it('names itself where it has no value', () => {
    expect(() => rocCurve([], [], 1)).toThrow('ROC curve is undefined: there are no examples');
    expect(() => rocCurve([0, 0], [0.1, 0.2], 1)).toThrow('no example is of the positive class');
    expect(() => rocCurve([1, 1], [0.1, 0.2], 1)).toThrow('every example is of the positive class');
    expect(() => rocCurve([0, 1], [0.1, Number.NaN], 1)).toThrow('example 1 has the score NaN');
  });
});

describe('the area under it', () => {
  it.each(classification.cases.filter(({ auc }) => auc !== undefined))(
    'is that of scikit-learn on $name',
    (golden) => {
      const predictions = predictionsOf(golden);
      const areaOf = (positive: number): number =>
        rocAuc(predictions.labels, scoresOf(predictions, positive), positive);
      const ours =
        golden.classes === 2
          ? areaOf(1)
          : golden.confusion.reduce((sum, _, positive) => sum + areaOf(positive) / golden.classes, 0);
      expect(distance([ours], [golden.auc ?? Number.NaN])).toBeLessThan(EXACT);
    },
  );

  it('is the share of pairs in the right order, ties counting half', () => {
    const example = fc.record({
      label: fc.integer({ min: 0, max: 1 }),
      score: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(example, { minLength: 2, maxLength: 40 }), (examples) => {
        const of = (label: number): number[] => examples.flatMap((e) => (e.label === label ? [e.score] : []));
        const [negatives, positives] = [of(0), of(1)];
        fc.pre(negatives.length > 0 && positives.length > 0);
        let ordered = 0;
        for (const high of positives)
          for (const low of negatives) ordered += high > low ? 1 : high === low ? 0.5 : 0;
        const area = rocAuc(
          examples.map(({ label }) => label),
          examples.map(({ score }) => score),
          1,
        );
        expect(area).toBeCloseTo(ordered / (positives.length * negatives.length), 12);
      }),
    );
  });

  it('counts drawn examples only, and has no value where they are of one side', () => {
    const area = prepareAuc([0, 1, 1, 0], [0.1, 0.9, 0.2, 0.3], 1);
    expect(area(Int32Array.of(0, 1, 2, 3))).toBe(0.75);
    expect(area(Int32Array.of(3, 3, 2, 2))).toBe(0);
    expect(area(Int32Array.of(1, 2))).toBeNaN();
    expect(() => rocAuc([1, 1], [0.1, 0.2], 1)).toThrow(MetricUndefined);
  });
});
