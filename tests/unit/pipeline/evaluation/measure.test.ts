import { describe, expect, it } from 'vitest';
import { compareClassifiers, measureClassifier } from '../../../../pipeline/evaluation/measure.ts';
import { metricNames } from '../../../../pipeline/evaluation/metric-table.ts';
import { MetricUndefined } from '../../../../pipeline/evaluation/metric-undefined.ts';
import { classification, predictionsOf } from './golden.ts';

const [binary] = classification.cases;
const options = { seed: 1, resamples: 100 };
const answers = { predictions: predictionsOf(binary), decision: { positive: 1, threshold: 0.5 } };

describe('a measured classifier', () => {
  it('has every metric at its golden value within its interval', () => {
    const table = measureClassifier(answers, options);
    const golden = {
      accuracy: binary.accuracy,
      balancedAccuracy: binary.balancedAccuracy,
      precision: binary.perClass.precision[1],
      recall: binary.perClass.recall[1],
      f1: binary.perClass.f1[1],
      matthews: binary.matthews,
      auc: binary.auc ?? Number.NaN,
      averagePrecision: binary.averagePrecision,
      brier: binary.brier,
      logLoss: binary.logLoss,
      calibrationError: binary.calibration?.error ?? Number.NaN,
    };
    expect(Object.keys(table)).toEqual([...metricNames]);
    for (const metric of metricNames) {
      const { value = Number.NaN, interval = null } = table[metric] ?? {};
      expect(value).toBeCloseTo(golden[metric], 12);
      expect(interval?.low).toBeLessThan(interval?.high ?? 0);
      expect(interval?.low).toBeLessThanOrEqual(value + 0.01);
      expect(interval?.high).toBeGreaterThanOrEqual(value - 0.01);
    }
  });

  it('takes means over the classes where there are more than two', () => {
    const golden = classification.cases.find(({ name }) => name === 'four classes');
    if (golden === undefined) throw new Error('the golden case is missing');
    const table = measureClassifier({ predictions: predictionsOf(golden) }, options);
    expect(table.f1?.value).toBeCloseTo(golden.macro.f1, 12);
    expect(table.precision?.value).toBeCloseTo(golden.macro.precision, 12);
    expect(table.auc?.value).toBeCloseTo(golden.auc ?? Number.NaN, 12);
  });

  it('keeps the other metrics where one class only leaves AUC without a value', () => {
    const table = measureClassifier(
      {
        predictions: {
          labels: Int32Array.of(0, 0),
          probabilities: Float64Array.of(0.9, 0.1, 0.4, 0.6),
          classes: 2,
        },
      },
      options,
    );
    expect(table.auc).toEqual({ value: Number.NaN, interval: null });
    expect(table.accuracy?.value).toBe(0.5);
  });

  it('names what is wrong with predictions that cannot be measured', () => {
    const empty = { labels: new Int32Array(), probabilities: new Float64Array(), classes: 2 };
    expect(() => measureClassifier({ predictions: empty }, options)).toThrow('there are no examples');
  });
});

describe('compared classifiers', () => {
  it('differ by nothing from themselves', () => {
    const table = compareClassifiers(answers, answers, options);
    for (const metric of metricNames) {
      expect(table[metric]).toEqual({ value: 0, interval: { low: 0, high: 0, confidence: 0.95 } });
    }
  });

  it('differ by the first less the second', () => {
    const strict = { ...answers, decision: { positive: 1, threshold: 0.83 } };
    const table = compareClassifiers(strict, answers, options);
    expect(table.accuracy?.value).toBeCloseTo(0.825 - 0.925, 12);
    expect(table.accuracy?.interval?.high).toBeLessThan(0);
    expect(table.logLoss?.value).toBe(0);
  });

  it('must have answered the same examples', () => {
    const other = { ...answers.predictions, labels: answers.predictions.labels.map((label) => 1 - label) };
    expect(() => compareClassifiers(answers, { predictions: other }, options)).toThrow(MetricUndefined);
  });
});
