import { describe, expect, it } from 'vitest';
import { createTurns } from '../../../pipeline/turns.ts';
import { createGate } from '../../support/gate.ts';

const never = new AbortController().signal;

describe('turns', () => {
  it('let so many work at once, and the others in the order in which they came', async () => {
    const turns = createTurns(2);
    const gates = Array.from({ length: 4 }, createGate);
    const begun: number[] = [];
    const all = gates.map((gate, index) =>
      turns.take(async () => {
        begun.push(index);
        await gate.opened;
        return index;
      }, never),
    );
    await Promise.resolve();
    expect(begun).toEqual([0, 1]);
    gates[1].open();
    expect(await all[1]).toBe(1);
    expect(begun).toEqual([0, 1, 2]);
    for (const gate of gates) gate.open();
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
  });

  it('go on to the next where work fails, and pass over who has left', async () => {
    const turns = createTurns(1);
    const gate = createGate();
    const failing = turns.take(async () => {
      await gate.opened;
      throw new Error('broken');
    }, never);
    const leaving = new AbortController();
    const left = turns.take(() => Promise.resolve('left'), leaving.signal);
    const next = turns.take(() => Promise.resolve('next'), never);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    gate.open();
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('next');
    await expect(turns.take(() => Promise.resolve(), leaving.signal)).rejects.toThrow('gone');
  });
});
