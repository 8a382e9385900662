import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../pipeline/random.ts';
import { emptyMean, type MeanState, updateMean } from '../../../../pipeline/rollout/confidence-sequence.ts';
import {
  oneSidedBounds,
  oneSidedPValue,
  oneSidedRhoFor,
} from '../../../../pipeline/rollout/one-sided-sequence.ts';
import { sequences } from './golden.ts';

const { xs, looks } = sequences.oneSided;
const stateOf = (numbers: readonly number[]) => numbers.reduce<MeanState>(updateMean, emptyMean);

describe('one-sided sequences', () => {
  it.each(looks)('have the bounds of the formula at n = $n, α = $alpha', (look) => {
    const { alpha, rho, n, bounds, p } = look;
    const state = stateOf(xs.slice(0, n));
    const { lower, upper } = oneSidedBounds(state, { alpha, rho });
    expect(lower).toBeCloseTo(bounds[0], 12);
    expect(upper).toBeCloseTo(bounds[1], 12);
    expect(oneSidedPValue(state, rho, 0) / p).toBeCloseTo(1, 6);
  });

  it('have the ρ that an optimiser finds', () => {
    for (const { alpha, optimalSample, rho } of looks)
      expect(oneSidedRhoFor(optimalSample, alpha) / rho).toBeCloseTo(1, 5);
  });

  it('give a p-value of α at a value that the bound has just reached, and 1 above the mean', () => {
    const state = stateOf(xs.slice(0, 200));
    const rho = oneSidedRhoFor(500, 0.025);
    const { lower } = oneSidedBounds(state, { alpha: 0.025, rho });
    expect(oneSidedPValue(state, rho, lower)).toBeCloseTo(0.025, 9);
    expect(oneSidedPValue(state, rho, state.mean)).toBe(1);
  });

  it('know a mean without variance for certain', () => {
    const state = stateOf([1, 1, 1]);
    expect(oneSidedPValue(state, 0.1, 0)).toBe(0);
    expect(oneSidedBounds(state, { alpha: 0.05, rho: 0.1 })).toEqual({ lower: 1, upper: 1 });
  });

  it('hold for a proportion at every n from 100 to 2,000 in 95 % of series (±2.2 % for three errors of 400)', () => {
    const random = createRandom(21);
    const alpha = 0.05;
    const rho = oneSidedRhoFor(500, alpha);
    let missed = 0;
    for (let series = 0; series < 400; series += 1) {
      let state: MeanState = emptyMean;
      let isBeyond = false;
      for (let n = 1; n <= 2_000; n += 1) {
        state = updateMean(state, random.next() < 0.3 ? 1 : 0);
        if (n >= 100) isBeyond ||= oneSidedBounds(state, { alpha, rho }).lower > 0.3;
      }
      missed += isBeyond ? 1 : 0;
    }
    expect(missed / 400).toBeLessThanOrEqual(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / 400));
  });
});
