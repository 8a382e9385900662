import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dropoutMask, philox } from '../../../../pipeline/graph/philox.ts';

interface Golden {
  readonly draws: readonly {
    readonly seed: readonly [number, number];
    readonly fractions: readonly number[];
  }[];
}
const file = new URL('../../../golden/philox.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;

const hex = (words: Iterable<number>): string[] =>
  [...words].map((word) => word.toString(16).padStart(8, '0'));

describe('Philox', () => {
  // The known answers that come with the authors' Random123, kat_vectors, "philox4x32 10".
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8'],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      ['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd'],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      ['d16cfe09', '94fdcceb', '5001e420', '24126ea1'],
    ],
  ] as const)('gives the known answer for counter %j and key %j', (counter, key, expected) => {
    const words = Uint32Array.from(counter);
    philox(words, key);
    expect(hex(words)).toEqual(expected);
  });
});

describe('a dropout mask', () => {
  const cases = golden.draws.flatMap(({ seed, fractions }) =>
    [0.1, 0.25, 0.5, 0.9].map((rate) => ({ seed, fractions, rate })),
  );

  it.each(cases)(
    "zeroes what TensorFlow's uniform numbers of seed $seed put below $rate",
    ({ seed, fractions, rate }) => {
      const uniform = fractions.map((fraction) => fraction / 2 ** 23);
      const expected = uniform.map((number) =>
        number >= Math.fround(rate) ? Math.fround(1 / (1 - rate)) : 0,
      );
      expect([...dropoutMask(fractions.length, rate, { seed })]).toEqual(expected);
    },
  );

  it.each(golden.draws)('of seed $seed keeps a number that is equal to the rate', ({ seed, fractions }) => {
    const rates = fractions.map((fraction) => fraction / 2 ** 23); // exact in float32, as the uniform numbers are
    for (const [index, rate] of rates.entries()) {
      expect(dropoutMask(index + 1, rate, { seed })[index]).toBe(Math.fround(1 / (1 - rate)));
      expect(dropoutMask(index + 1, rate + 2 ** -23, { seed })[index]).toBe(0);
      expect(dropoutMask(index + 1, rate + 1e-12, { seed })[index]).not.toBe(0); // in float32, the same rate
    }
  });

  it('takes seeds modulo 2^32, as the stream may move them beyond int32', () => {
    expect(dropoutMask(9, 0.5, { seed: [2 ** 31 + 5, 1] })).toEqual(
      dropoutMask(9, 0.5, { seed: [5 - 2 ** 31, 1] }),
    );
  });

  it('of a smaller size is the beginning of a larger one', () => {
    expect(dropoutMask(101, 0.4, { seed: [7, 8] }).subarray(0, 58)).toEqual(
      dropoutMask(58, 0.4, { seed: [7, 8] }),
    );
  });

  it('of a batch is that of its parts, one after the other', () => {
    const seed = [7, 8] as const;
    const parts = [0, 1, 2].flatMap((part) => [...dropoutMask(12, 0.4, { seed, part })]);
    expect(parts).toEqual([...dropoutMask(36, 0.4, { seed })]);
  });

  it.each([0.1, 0.3, 0.75])('zeroes a share of %d and keeps the mean', (rate) => {
    const size = 100_000;
    const mask = dropoutMask(size, rate, { seed: [1, 2] });
    const dropped = mask.filter((value) => value === 0).length;
    // Six standard deviations of a binomial share.
    expect(Math.abs(dropped / size - rate)).toBeLessThan(6 * Math.sqrt((rate * (1 - rate)) / size));
  });
});
