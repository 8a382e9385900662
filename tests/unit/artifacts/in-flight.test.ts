import { describe, expect, it } from 'vitest';
import { inFlight } from '../../../artifacts/in-flight.ts';
import { createGate } from '../../support/gate.ts';

describe('work in flight', () => {
  it('answers in the order of the items, with no more at once than the limit', async () => {
    let now = 0;
    let most = 0;
    const doubled = await inFlight([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      now += 1;
      most = Math.max(most, now);
      for (let turn = item % 3; turn >= 0; turn -= 1) await Promise.resolve();
      now -= 1;
      return item * 2;
    });
    expect(doubled).toEqual([2, 4, 6, 8, 10, 12, 14]);
    expect(most).toBe(3);
    expect(await inFlight([], 3, () => Promise.resolve(1))).toEqual([]);
  });

  it('begins nothing after a failure, and waits for what is under way', async () => {
    const begun: number[] = [];
    const gate = createGate();
    let ended = false;
    const work = inFlight([1, 2, 3, 4], 2, async (item) => {
      begun.push(item);
      if (item === 1) throw new Error('the first fails');
      await gate.opened;
      ended = true;
    });
    gate.open();
    await expect(work).rejects.toThrow('the first fails');
    expect(begun).toEqual([1, 2]);
    expect(ended).toBe(true);
  });
});
