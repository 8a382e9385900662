import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../pipeline/random.ts';
import {
  confidenceSequence,
  emptyMean,
  type MeanState,
  rhoFor,
  updateMean,
} from '../../../../pipeline/rollout/confidence-sequence.ts';
import { golden } from './golden.ts';

const stateOf = (xs: readonly number[]) => xs.reduce<MeanState>(updateMean, emptyMean);

describe('updateMean', () => {
  it('gives mean and squared deviations of the whole series, also far from zero', () => {
    const numbers = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(numbers, fc.constantFrom(0, 1e6), (xs, offset) => {
        const shifted = xs.map((x) => x + offset);
        const mean = shifted.reduce((sum, x) => sum + x, 0) / shifted.length;
        const squares = shifted.reduce((sum, x) => sum + (x - mean) ** 2, 0);
        const state = stateOf(shifted);
        expect(state.mean).toBeCloseTo(mean, 8);
        expect(state.sumOfSquaredDeviations).toBeCloseTo(squares, 6);
      }),
    );
  });

  it('goes on from a state that was written down', () => {
    const { xs } = golden.sequences;
    const half = JSON.parse(JSON.stringify(stateOf(xs.slice(0, 500)))) as MeanState;
    expect(xs.slice(500).reduce<MeanState>(updateMean, half)).toEqual(stateOf(xs));
  });
});

describe('rhoFor', () => {
  it('is the solution that the Lambert function gives', () => {
    for (const { alpha, optimalSample, rho } of golden.sequences.looks) {
      expect(rhoFor(optimalSample, alpha)).toBeCloseTo(rho, 12);
    }
  });

  it('makes the interval narrowest at the sample size it was asked for', () => {
    const state = stateOf(golden.sequences.xs.slice(0, 500));
    const width = (rho: number) => {
      const interval = confidenceSequence(state, { alpha: 0.05, rho });
      return interval === null ? Number.NaN : interval.upper - interval.lower;
    };
    const best = rhoFor(500, 0.05);
    expect(width(best)).toBeLessThan(width(best * 1.1));
    expect(width(best)).toBeLessThan(width(best * 0.9));
  });
});

describe('confidenceSequence', () => {
  it.each(golden.sequences.looks)(
    'has the bounds of the formula at n = $n, α = $alpha, N* = $optimalSample',
    ({ alpha, rho, n, interval: [lower, upper] }) => {
      const interval = confidenceSequence(stateOf(golden.sequences.xs.slice(0, n)), { alpha, rho });
      expect(interval?.lower).toBeCloseTo(lower, 12);
      expect(interval?.upper).toBeCloseTo(upper, 12);
    },
  );

  it('says nothing before the minimum sample', () => {
    const options = { alpha: 0.05, rho: rhoFor(500, 0.05), minimumSample: 100 };
    const { xs } = golden.sequences;
    expect(confidenceSequence(emptyMean, { alpha: 0.05, rho: 1 })).toBeNull();
    expect(confidenceSequence(stateOf(xs.slice(0, 99)), options)).toBeNull();
    expect(confidenceSequence(stateOf(xs.slice(0, 100)), options)).not.toBeNull();
  });

  it('covers the mean at every n from 100 to 2,000 at once in 95 % of series, where a fixed-n interval does not', () => {
    const random = createRandom(11);
    const options = { alpha: 0.05, rho: rhoFor(500, 0.05), minimumSample: 100 };
    const series = 400;
    let missed = 0;
    let missedByFixed = 0;
    for (let index = 0; index < series; index += 1) {
      let state = emptyMean;
      let outside = false;
      let outsideFixed = false;
      for (let n = 1; n <= 2_000; n += 1) {
        state = updateMean(state, random.normal());
        const interval = confidenceSequence(state, options);
        if (interval === null) continue;
        outside ||= interval.lower > 0 || interval.upper < 0;
        outsideFixed ||= Math.abs(state.mean) > (1.96 * Math.sqrt(state.sumOfSquaredDeviations)) / n;
      }
      missed += outside ? 1 : 0;
      missedByFixed += outsideFixed ? 1 : 0;
    }
    expect(missed / series).toBeLessThanOrEqual(0.08);
    expect(missedByFixed / series).toBeGreaterThan(0.2);
  });
});
