import { describe, expect, it } from 'vitest';
import {
  expectedCalibrationError,
  prepareCalibrationError,
  reliabilityBins,
} from '../../../../pipeline/evaluation/calibration.ts';
import { scoresOf } from '../../../../pipeline/evaluation/predictions.ts';
import { classification, distance, predictionsOf } from './golden.ts';

const EXACT = 1e-12;
const cases = classification.cases.flatMap((golden) =>
  golden.calibration === undefined ? [] : [{ ...golden, calibration: golden.calibration }],
);

describe('calibration', () => {
  it.each(cases)('has the bins of scikit-learn on $name', (golden) => {
    const bins = reliabilityBins(scoresOf(predictionsOf(golden), 1), golden.labels);
    const filled = bins.filter(({ count }) => count > 0);
    const { counts, observed, stated, error } = golden.calibration;
    expect(bins.map(({ count }) => count)).toEqual(counts);
    expect(
      distance(
        filled.map((bin) => bin.observed ?? Number.NaN),
        observed,
      ),
    ).toBeLessThan(EXACT);
    expect(
      distance(
        filled.map((bin) => bin.stated ?? Number.NaN),
        stated,
      ),
    ).toBeLessThan(EXACT);
    expect(distance([expectedCalibrationError(bins)], [error])).toBeLessThan(EXACT);
  });

  it('leaves empty bins without means', () => {
    expect(reliabilityBins([0.9], [1], 2)).toEqual([
      { from: 0, to: 0.5, count: 0, stated: null, observed: null },
      { from: 0.5, to: 1, count: 1, stated: 0.9, observed: 1 },
    ]);
  });

  it('is perfect where every stated probability is kept', () => {
    expect(expectedCalibrationError(reliabilityBins([0.5, 0.5, 1, 0], [1, 0, 1, 0]))).toBe(0);
  });

  it('names itself where it has no value', () => {
    expect(() => reliabilityBins([], [])).toThrow('calibration is undefined: there are no examples');
    expect(() => reliabilityBins([Number.NaN], [1])).toThrow('example 0 has the probability NaN');
    expect(() => reliabilityBins([0.1, 0.2], [1])).toThrow('2 probabilities against 1 outcomes');
    expect(() => expectedCalibrationError([])).toThrow('calibration is undefined');
  });
});

describe('the prepared calibration error', () => {
  it('is that of the bins, on all examples and on drawn ones', () => {
    const stated = [0.05, 0.1, 0.33, 0.95, 0.7, 0.95];
    const cameTrue = [0, 1, 0, 1, 1, 0];
    const prepared = prepareCalibrationError(stated, cameTrue);
    for (const drawn of [
      [0, 1, 2, 3, 4, 5],
      [5, 5, 0, 3, 3, 3],
    ]) {
      const bins = reliabilityBins(
        drawn.map((example) => stated[example]),
        drawn.map((example) => cameTrue[example]),
      );
      expect(prepared(Int32Array.from(drawn))).toBeCloseTo(expectedCalibrationError(bins), 12);
    }
    expect(() => prepareCalibrationError([2], [1])).toThrow('example 0 has the probability 2');
  });
});
