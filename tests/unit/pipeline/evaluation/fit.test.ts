import { describe, expect, it } from 'vitest';
import type { CurvePoint } from '../../../../contracts/training-job.ts';
import { describeFit, fitOf } from '../../../../pipeline/evaluation/fit.ts';

/** A training loss each step, and a validation loss at every tenth. */
const curveOf = (validation: readonly number[], keptAt?: number): CurvePoint[] =>
  Array.from({ length: 10 * validation.length }, (_, at) => {
    const step = at + 1;
    const validated = step % 10 === 0;
    return {
      ...{ step, trainingLoss: 1 / step },
      ...(validated && { validationLoss: validation[step / 10 - 1] }),
      ...(step === keptAt && { kept: true as const }),
    };
  });

describe('the fit of a phase', () => {
  it('is overfitting where validation rose and the last weights were taken', () => {
    const fit = fitOf(curveOf([0.9, 0.6, 0.5, 0.7]));
    expect(fit).toMatchObject({ step: 40, lowest: { step: 30, validationLoss: 0.5 }, verdict: 'overfitted' });
    const recent = (1 / 37 + 1 / 38 + 1 / 39 + 1 / 40) / 4;
    expect(fit?.gap).toBeCloseTo(0.7 - recent, 12);
    expect(fit && describeFit(fit)).toBe(
      'The weights are those of the last step, 40. There the validation loss is 0.700 and the training loss before it 0.026, a gap of 0.674. ' +
        'Overfitting: the validation loss was lowest at step 30, 0.500, and has risen in the 10 steps since; earlyStopping would keep the weights of that step.',
    );
  });

  it('tells where early stopping ended, and that it was right', () => {
    const fit = fitOf(curveOf([0.9, 0.6, 0.5, 0.7], 30));
    expect(fit).toMatchObject({ step: 30, lastStep: 40, validationLoss: 0.5, verdict: 'stopped-in-time' });
    expect(fit && describeFit(fit)).toMatch(
      /^Early stopping kept the weights of step 30 of 40\. .* The validation loss rose afterwards/,
    );
  });

  it('is told apart from training that could go on, and from training that settled', () => {
    expect(fitOf(curveOf([0.9, 0.6, 0.5, 0.4]))?.verdict).toBe('still-falling');
    expect(fitOf(curveOf([0.9, 0.5, 0.5, 0.503]))?.verdict).toBe('settled');
  });

  it('says nothing of a curve that does not tell', () => {
    expect(fitOf([])).toBeNull();
    expect(fitOf(curveOf([0.5]))).toBeNull();
    expect(fitOf([1, 2].map((step) => ({ step, validationLoss: 1 })))).toBeNull();
    expect(fitOf(curveOf([0.5, Number.NaN]))).toBeNull();
  });
});
