import { describe, expect, it } from 'vitest';
import { earlyStoppingSchema } from '../../../../contracts/model-spec/learning.ts';
import type { StoppingState } from '../../../../pipeline/training/early-stopping.ts';
import { createEarlyStopping, splitForStopping } from '../../../../pipeline/training/early-stopping.ts';

const specOf = (options: Record<string, unknown>) => earlyStoppingSchema.parse({ patience: 2, ...options });

/** @returns what each loss makes of the state, and after how many of them it is over */
function judge(losses: readonly number[], options: Record<string, unknown> = {}) {
  const stopping = createEarlyStopping(specOf(options), { stepsPerEpoch: 1, totalSteps: losses.length });
  let state: StoppingState | undefined;
  let overAfter: number | undefined;
  for (const [index, loss] of losses.entries()) {
    state = stopping.judge(state, { step: index + 1, loss });
    if (overAfter === undefined && stopping.isOver(state)) overAfter = index + 1;
  }
  return { state, overAfter };
}

describe('early stopping', () => {
  it('is over after as many validations in a row without an improvement as it has patience', () => {
    expect(judge([1, 0.9, 0.95, 0.92])).toMatchObject({
      overAfter: 4,
      state: { best: { step: 2, loss: 0.9 } },
    });
    expect(judge([1, 0.9, 0.95, 0.8, 0.85]).overAfter).toBeUndefined();
  });

  it('counts a loss that is as low as the lowest as no improvement, and keeps the first of them', () => {
    expect(judge([1, 1, 1])).toMatchObject({ overAfter: 3, state: { best: { step: 1 } } });
  });

  it('is over where the loss falls by less than the minimum, and keeps the lowest all the same', () => {
    const { overAfter, state } = judge([1, 0.99, 0.98], { minimumImprovement: 0.05 });
    expect(overAfter).toBe(3);
    expect(state?.best).toEqual({ step: 3, loss: 0.98 });
  });

  it('adds up small improvements: a loss that falls slowly is not over', () => {
    expect(judge([1, 0.97, 0.94, 0.91, 0.88], { minimumImprovement: 0.05 }).overAfter).toBeUndefined();
  });

  it('keeps nothing that is no number', () => {
    expect(judge([Number.NaN, 0.9, Number.NaN, Number.POSITIVE_INFINITY])).toMatchObject({
      overAfter: 4,
      state: { best: { step: 2, loss: 0.9 } },
    });
    expect(judge([Number.NaN]).state).toBeUndefined();
  });

  it.each([
    { validationsPerEpoch: 1, stepsPerEpoch: 5, totalSteps: 15, due: [5, 10, 15] },
    { validationsPerEpoch: 2, stepsPerEpoch: 5, totalSteps: 10, due: [3, 5, 8, 10] },
    { validationsPerEpoch: 1, stepsPerEpoch: 2.5, totalSteps: 6, due: [3, 5, 6] },
    { validationsPerEpoch: 100, stepsPerEpoch: 3, totalSteps: 4, due: [1, 2, 3, 4] },
  ])(
    'validates $validationsPerEpoch times an epoch of $stepsPerEpoch steps, and after the last one',
    (at) => {
      const { validationsPerEpoch } = at;
      const { isDue } = createEarlyStopping(specOf({ validationsPerEpoch }), at);
      const steps = Array.from({ length: at.totalSteps }, (_, index) => index + 1);
      expect(steps.filter(isDue)).toEqual(at.due);
    },
  );
});

describe('the examples of a phase with early stopping', () => {
  const examples = { training: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], validation: [10, 11] };

  it('are validated on by the last of them, and those for evaluation stay unseen', () => {
    expect(splitForStopping(examples, 0.2)).toEqual({
      training: [0, 1, 2, 3, 4, 5, 6, 7],
      validation: [8, 9],
    });
    expect(splitForStopping(examples, 0.001).validation).toEqual([9]);
  });

  it('are as they were where there is no early stopping', () => {
    expect(splitForStopping(examples, undefined)).toEqual(examples);
  });
});
