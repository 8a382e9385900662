// Reference numbers: splitmix64 for seed 1234567 and xoshiro128** for state {1, 2, 3, 4} as the authors' C code prints them.
import { describe, expect, it } from 'vitest';
import { createRandom, resumeRandom, splitmix64 } from '../../../pipeline/random.ts';

const draw = <T>(count: number, one: () => T): T[] => Array.from({ length: count }, one);

describe('random', () => {
  it('gives the reference sequence of splitmix64', () => {
    const words = splitmix64(1234567n);
    expect(draw(5, () => words.next().value)).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
      16408922859458223821n,
    ]);
  });

  it('gives the reference sequence of xoshiro128**', () => {
    expect(draw(10, resumeRandom([1, 2, 3, 4]).bits)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it('repeats itself for the same seed and stream, and for no other', () => {
    const first = draw(8, createRandom(7, 3).bits);
    expect(draw(8, createRandom(7, 3).bits)).toEqual(first);
    for (const other of [createRandom(3, 7), createRandom(7), createRandom(7, 4), createRandom(-7, 3)]) {
      expect(draw(8, other.bits)).not.toEqual(first);
    }
  });

  it('goes on from a saved state as if it had never stopped', () => {
    const random = createRandom(1);
    random.normal();
    const saved = random.state();
    const rest = draw(5, random.normal);
    expect(draw(5, resumeRandom(saved).normal)).toEqual(rest);
  });

  it('draws uniform numbers in [0, 1) with mean 1/2 and variance 1/12', () => {
    const numbers = draw(100_000, createRandom(2).next);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
    expect(Math.min(...numbers.slice(0, 50_000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers.slice(0, 50_000))).toBeLessThan(1);
    expect(mean).toBeCloseTo(1 / 2, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
  });

  it('draws each integer below the limit equally often', () => {
    const counts = [0, 0, 0, 0, 0, 0];
    const { integer } = createRandom(3);
    for (let roll = 0; roll < 60_000; roll += 1) counts[integer(6)] += 1;
    // Five degrees of freedom: chi-square above 20.5 has probability 0.001.
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(20.5);
  });

  it.each([1, 6, 1_000, 49_152, 2 ** 16])(
    'fills an array with each integer below %i equally often, and the next with others',
    (limit) => {
      const random = createRandom(5);
      const filled = new Int32Array(100_001);
      const groups = Math.min(limit, 12);
      const counts = new Float64Array(groups);
      random.integers(limit, filled);
      for (const drawn of filled) counts[Math.floor((drawn * groups) / limit)] += 1;
      const expected = Float64Array.from(
        counts,
        (_, group) =>
          (filled.length *
            (Math.ceil(((group + 1) * limit) / groups) - Math.ceil((group * limit) / groups))) /
          limit,
      );
      // Up to eleven degrees of freedom: chi-square above 31.3 has probability 0.001.
      expect(
        counts.reduce((sum, count, group) => sum + (count - expected[group]) ** 2 / expected[group], 0),
      ).toBeLessThan(31.3);
      const next = new Int32Array(50);
      random.integers(limit, next);
      expect([...next].join() === [...filled.subarray(0, 50)].join()).toBe(limit === 1);
    },
  );

  it('draws neighbours of an array independently', () => {
    const filled = new Int32Array(100_000);
    createRandom(6).integers(3, filled);
    const counts = new Float64Array(9);
    for (let at = 0; at < filled.length; at += 2) counts[filled[at] * 3 + filled[at + 1]] += 1;
    // Eight degrees of freedom: chi-square above 26.1 has probability 0.001.
    expect(counts.reduce((sum, count) => sum + (count - 50_000 / 9) ** 2 / (50_000 / 9), 0)).toBeLessThan(
      26.1,
    );
  });

  it('fills an array below a large limit as one draw after the other would, and refuses what is no limit', () => {
    const [single, many] = [createRandom(5), createRandom(5)];
    const filled = new Int32Array(200);
    many.integers(2 ** 31 - 1, filled);
    expect([...filled]).toEqual(draw(200, () => single.integer(2 ** 31 - 1)));
    for (const limit of [0, -1, 1.5, Number.NaN])
      expect(() => many.integers(limit, filled)).toThrow(RangeError);
  });

  it('draws normal numbers with mean 0, variance 1 and kurtosis 3', () => {
    const numbers = draw(100_000, createRandom(4).normal);
    const moment = (power: number): number =>
      numbers.reduce((sum, value) => sum + value ** power, 0) / numbers.length;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.15);
  });

  it('shuffles in place into each order equally often', () => {
    const { shuffle } = createRandom(5);
    const counts = new Map<string, number>();
    for (let round = 0; round < 6_000; round += 1) {
      const order = shuffle(Int32Array.of(0, 1, 2)).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    expect([...counts.values()].reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0)).toBeLessThan(
      20.5,
    );
  });

  it('refuses seeds, limits and states that it could not honour', () => {
    expect(() => createRandom(0.5)).toThrow(RangeError);
    expect(() => createRandom(1).integer(0)).toThrow(RangeError);
    expect(() => createRandom(1).integer(2 ** 32 + 1)).toThrow(RangeError);
    expect(() => resumeRandom([0, 0, 0, 0])).toThrow(RangeError);
    expect(createRandom(1).integer(1)).toBe(0);
  });
});
