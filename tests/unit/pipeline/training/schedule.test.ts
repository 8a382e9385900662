import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../../../pipeline/training/schedule.ts';
import { learningRateAt } from '../../../../pipeline/training/schedule.ts';

const rates = (totalSteps: number, warmupFraction: number, decay: Schedule['decay'] = 'linear'): number[] =>
  Array.from({ length: totalSteps }, (_, step) =>
    learningRateAt({ peak: 1, totalSteps, warmupFraction, decay }, step),
  );

describe('the learning rate', () => {
  it('rises linearly to its peak, then falls linearly, and the last step still moves', () => {
    expect(rates(10, 0.2)).toEqual([0.5, 1, 1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8]);
  });

  it('starts at its peak without warm-up, and only rises where all steps warm up', () => {
    expect(rates(4, 0)).toEqual([1, 0.75, 0.5, 0.25]);
    expect(rates(4, 1)).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it('falls by half a cosine, or stays, where it is told to', () => {
    expect(rates(5, 0.2, 'constant')).toEqual([1, 1, 1, 1, 1]);
    const [, first, second, third, last] = rates(5, 0.2, 'cosine');
    expect(first).toBe(1);
    expect(third).toBeCloseTo(0.5, 12);
    expect(second).toBeCloseTo((2 + Math.SQRT2) / 4, 12);
    expect(last).toBeCloseTo((2 - Math.SQRT2) / 4, 12);
  });
});
