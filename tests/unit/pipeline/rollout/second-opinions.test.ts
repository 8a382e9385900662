// What is small and golden: the mixture ratio test, Holm's procedure, the covariate of CUPED.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyMean, type MeanState, updateMean } from '../../../../pipeline/rollout/confidence-sequence.ts';
import { emptyCovariate, foretold, updateCovariate } from '../../../../pipeline/rollout/covariate.ts';
import { holm } from '../../../../pipeline/rollout/holm.ts';
import { logMixtureRatio, mixtureScaleFor } from '../../../../pipeline/rollout/mixture-ratio.ts';
import { sequences } from './golden.ts';

const { mixtureRatios, families, covariate } = sequences;

describe('logMixtureRatio', () => {
  it.each(mixtureRatios.cases)('is the integral over the mixture at n = $n', (it) => {
    const state = mixtureRatios.xs.slice(0, it.n).reduce<MeanState>(updateMean, emptyMean);
    expect(logMixtureRatio(state, it)).toBeCloseTo(it.logRatio, 9);
  });

  it('says nothing without variance, and expects the effect that the fixed test finds', () => {
    expect(logMixtureRatio(updateMean(emptyMean, 1), { value: 0, scale: 0.1 })).toBe(0);
    expect(mixtureScaleFor(784)).toBeCloseTo(0.1, 3);
  });
});

describe('holm', () => {
  it.each(families)('adjusts $pValues as statsmodels does', ({ pValues, holm: adjusted }) => {
    for (const [index, p] of holm(pValues).entries()) expect(p).toBeCloseTo(adjusted[index] ?? NaN, 12);
  });

  it('never falls below the p-value, and leaves a single one as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }), (pValues) => {
        for (const [index, p] of holm(pValues).entries())
          expect(p).toBeGreaterThanOrEqual(pValues[index] ?? 1);
      }),
    );
    expect(holm([0.3])).toEqual([0.3]);
  });
});

describe('foretold', () => {
  const { xs, ys, slope, varianceKept } = covariate;
  const stateOf = (count: number) =>
    xs.slice(0, count).reduce((state, x, index) => updateCovariate(state, x, ys[index] ?? 0), emptyCovariate);

  it('has the slope of least squares, and takes out the variance that it explains', () => {
    const state = stateOf(xs.length);
    expect(foretold(state, state.meanCovariate + 1)).toBeCloseTo(slope, 12);
    const left = ys.map((y, index) => y - state.meanOutcome - foretold(state, xs[index] ?? 0));
    const variance = (numbers: readonly number[]) => numbers.reduce((sum, it) => sum + it ** 2, 0);
    const total = variance(ys.map((y) => y - state.meanOutcome));
    expect(variance(left) / total).toBeCloseTo(varianceKept, 9);
  });

  it('foretells nothing from few subjects or from covariates that are all the same', () => {
    expect(foretold(stateOf(19), 5)).toBe(0);
    const same = xs.reduce((state, _, index) => updateCovariate(state, 1, ys[index] ?? 0), emptyCovariate);
    expect(foretold(same, 5)).toBe(0);
  });
});
