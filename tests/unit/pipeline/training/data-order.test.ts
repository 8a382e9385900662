import { describe, expect, it } from 'vitest';
import { createDataOrder } from '../../../../pipeline/training/data-order.ts';

const options = { seed: 1, batchSize: 4, epochs: 3 };

function allSteps(examples: number, changes: Partial<typeof options> = {}): number[][] {
  const order = createDataOrder(examples, { ...options, ...changes });
  return Array.from({ length: order.totalSteps }, (_, step) => [...order.batch(step)]);
}

describe('the order of the data', () => {
  it('shows each example once an epoch, each epoch in another order', () => {
    const seen = allSteps(10).flat();
    const epochs = [seen.slice(0, 10), seen.slice(10, 20), seen.slice(20, 30)];
    for (const epoch of epochs)
      expect(epoch.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(epochs.map(String)).size).toBe(3);
  });

  it('fills batches across the ends of epochs; only the last may be smaller', () => {
    expect(allSteps(10).map(({ length }) => length)).toEqual([4, 4, 4, 4, 4, 4, 4, 2]);
  });

  it('tells any step without those before it, which is what a resumed run asks', () => {
    const steps = allSteps(10);
    const order = createDataOrder(10, options);
    for (const step of [7, 2, 5, 0]) expect([...order.batch(step)]).toEqual(steps[step]);
  });

  it('differs from seed to seed', () => {
    expect(allSteps(10, { seed: 2 })).not.toEqual(allSteps(10));
  });

  it('takes part of an epoch, and no more steps than it may', () => {
    expect(createDataOrder(10, { ...options, epochs: 0.5 }).totalSteps).toBe(2);
    expect(createDataOrder(10, { ...options, epochs: 0.001 }).totalSteps).toBe(1);
    expect(createDataOrder(10, { ...options, maximumSteps: 3 }).totalSteps).toBe(3);
    expect(createDataOrder(10, { ...options, maximumSteps: 100 }).totalSteps).toBe(8);
  });
});
