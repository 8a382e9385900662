import { describe, expect, it } from 'vitest';
import { createDynamicBatches } from '../../../serving/tasks/dynamic-batches.ts';
import { createGate } from '../../support/gate.ts';

const never = new AbortController().signal;

/** Batches of numbers, whose groups are their tens; the first is held until the gate opens. */
function createTens({ size = 4, maximumWaitMs = 0 } = {}) {
  const gate = createGate();
  const computed: (readonly number[])[] = [];
  const batches = createDynamicBatches<number, string>({
    groupOf: (item) => Math.floor(item / 10),
    sizeOf: () => size,
    maximumWaitMs,
    compute: async (items) => {
      computed.push(items);
      if (computed.length === 1) await gate.opened;
      if (items.includes(99)) throw new Error('cannot compute 99');
      return items.map(String);
    },
  });
  return { gate, computed, add: (item: number, signal = never) => batches.add(item, signal) };
}

describe('dynamic batches', () => {
  it('computes together what came meanwhile, the oldest group first, and answers each its own', async () => {
    const { gate, computed, add } = createTens();
    const first = add(1);
    await expect.poll(() => computed.length).toBe(1);
    const others = [21, 11, 22, 23, 12, 24, 25].map((item) => add(item));
    gate.open();
    expect(await Promise.all([first, ...others])).toEqual(['1', '21', '11', '22', '23', '12', '24', '25']);
    expect(computed).toEqual([[1], [21, 22, 23, 24], [11, 12], [25]]);
  });

  it('computes powers of two only, so that few sizes are made', async () => {
    const { gate, computed, add } = createTens({ size: 6 });
    const first = add(1);
    await expect.poll(() => computed.length).toBe(1);
    const others = [2, 3, 4, 5, 6, 7, 8].map((item) => add(item));
    gate.open();
    await Promise.all([first, ...others]);
    expect(computed.map(({ length }) => length)).toEqual([1, 4, 2, 1]);
  });

  it('waits for others as long as it may, and no longer than until the batch is full', async () => {
    const { gate, computed, add } = createTens({ size: 2, maximumWaitMs: 600_000 });
    gate.open();
    const first = add(1);
    await new Promise(setImmediate);
    expect(await Promise.all([first, add(2)])).toEqual(['1', '2']);
    expect(computed).toEqual([[1, 2]]);
    const short = createTens({ maximumWaitMs: 1 });
    short.gate.open();
    expect(await short.add(7)).toBe('7');
  });

  it('leaves out who has gone, and goes on after what cannot be computed', async () => {
    const { gate, computed, add } = createTens();
    const first = add(1);
    await expect.poll(() => computed.length).toBe(1);
    const leaving = new AbortController();
    const gone = add(2, leaving.signal);
    leaving.abort(new Error('gone'));
    const failing = add(99);
    const after = add(3);
    gate.open();
    await expect(gone).rejects.toThrow('gone');
    await expect(failing).rejects.toThrow('cannot compute 99');
    expect(await Promise.all([first, after])).toEqual(['1', '3']);
    expect(computed.flat()).not.toContain(2);
  });
});
