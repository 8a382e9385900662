import { describe, expect, it } from 'vitest';
import { addTokenNoise, maskTokens } from '../../../../pipeline/training/masking.ts';
import { randomFor } from '../../../../pipeline/training/streams.ts';
import type { TokenRows } from '../../../../pipeline/training/token-rows.ts';
import { graphLengths, takeBatch } from '../../../../pipeline/training/token-rows.ts';

const ROWS = 400;
const CONTEXT = 60;
const LENGTH = 50;
const word = 9;

/** Rows of one word only, so that every other id was put there by masking. */
const tokens: TokenRows = {
  rows: ROWS,
  contextLength: CONTEXT,
  vocabularySize: 1_000,
  padId: 0,
  maskId: 4,
  clsId: 2,
  sepId: 3,
  ids: Uint16Array.from({ length: ROWS * CONTEXT }, (_, index) => {
    const column = index % CONTEXT;
    if (column === 0) return 2;
    if (column === LENGTH - 1) return 3;
    return column < LENGTH ? word : 0;
  }),
  lengths: new Uint16Array(ROWS).fill(LENGTH),
};
const batch = takeBatch(
  tokens,
  Array.from({ length: ROWS }, (_, row) => row),
);
const text = ROWS * (LENGTH - 2);
const count = (ids: Int32Array, wanted: (id: number) => boolean): number => ids.filter(wanted).length;

describe('a batch', () => {
  const uneven: TokenRows = {
    ...tokens,
    lengths: Uint16Array.from(tokens.lengths, (_, row) => 3 + (row % 50)),
  };

  it('is as long as the shortest graph that its longest row fits', () => {
    expect(graphLengths(CONTEXT)).toEqual([15, 30, 45, 60]);
    const { ids, lengths, batchSize, length } = takeBatch(uneven, [5, 13]);
    expect([[...lengths], batchSize, length]).toEqual([[8, 16], 2, 30]);
    expect([...ids.subarray(0, 30)]).toEqual([...tokens.ids.subarray(5 * CONTEXT, 5 * CONTEXT + 30)]);
  });

  it('is filled up with rows of padding', () => {
    const { ids, lengths, batchSize } = takeBatch(uneven, [5], 3);
    expect([[...lengths], batchSize]).toEqual([[8, 1, 1], 3]);
    expect([...ids.subarray(15)]).toEqual(Array<number>(30).fill(tokens.padId));
  });

  it('has one graph for a context of one token', () => expect(graphLengths(1)).toEqual([1]));
});

describe('token noise', () => {
  it('masks the share that was asked for, of the text only', () => {
    const { ids } = addTokenNoise(batch, tokens, 0.2, randomFor(1, 'token-noise', 0));
    expect(count(ids, (id) => id === 4) / text).toBeCloseTo(0.2, 1);
    for (const special of [2, 3]) expect(count(ids, (id) => id === special)).toBe(ROWS);
    expect(count(ids, (id) => id === word) + count(ids, (id) => id === 4)).toBe(text);
  });

  it('is a function of seed and step, and leaves the batch as it was', () => {
    const noisy = (step: number) => addTokenNoise(batch, tokens, 0.2, randomFor(1, 'token-noise', step)).ids;
    expect(noisy(3)).toEqual(noisy(3));
    expect(noisy(3)).not.toEqual(noisy(4));
    expect(count(batch.ids, (id) => id === 4)).toBe(0);
  });
});

describe('masked language modelling', () => {
  it('chooses 15 % of the text; of those 80 % are masked, 10 % random, 10 % kept', () => {
    const {
      batch: masked,
      positions,
      targets,
    } = maskTokens(batch, tokens, {
      share: 0.15,
      random: randomFor(1, 'masking', 0),
    });
    expect(positions.length / text).toBeCloseTo(0.15, 1);
    expect(new Set(targets)).toEqual(new Set([word]));
    const shown = positions.map((position) => masked.ids[position]);
    expect(count(shown, (id) => id === 4) / shown.length).toBeCloseTo(0.8, 1);
    expect(count(shown, (id) => id === word) / shown.length).toBeCloseTo(0.1, 1);
    const chosen = new Set(positions);
    expect(masked.ids.every((id, position) => chosen.has(position) || id === batch.ids[position])).toBe(true);
  });

  it('chooses one token where the draw chose none, even where there is no text', () => {
    const one = takeBatch(tokens, [0]);
    const random = randomFor(1, 'masking', 0);
    expect([...maskTokens(one, tokens, { share: 1e-12, random }).positions]).toEqual([1]);
    const empty = { ids: Int32Array.of(2, 3), lengths: Int32Array.of(2), batchSize: 1, length: 2 };
    const { positions, targets } = maskTokens(empty, tokens, { share: 0.15, random });
    expect([[...positions], [...targets]]).toEqual([[0], [2]]);
  });
});

describe('masking of whole words', () => {
  const [start, piece] = [10, 11];
  const continuations = new Uint8Array(1_000);
  continuations[piece] = 1;
  /** Words of one to four pieces, in rows that are cut wherever they end. */
  const pieced: TokenRows = {
    ...tokens,
    continuations,
    ids: Uint16Array.from({ length: ROWS * CONTEXT }, (_, index) => {
      const column = index % CONTEXT;
      if (column === 0) return 2;
      if (column === LENGTH - 1) return 3;
      if (column >= LENGTH) return 0;
      return [0, 1, 3, 6].includes((column - 1 + 3 * Math.floor(index / CONTEXT)) % 10) ? start : piece;
    }),
  };
  const rows = takeBatch(
    pieced,
    Array.from({ length: ROWS }, (_, row) => row),
  );
  const masked = maskTokens(rows, pieced, {
    share: 0.15,
    wholeWords: true,
    random: randomFor(1, 'masking', 0),
  });
  const chosen = new Set(masked.positions);

  it('chooses every piece of a word or none', () => {
    for (const [position, id] of rows.ids.entries()) {
      if (id !== piece || rows.ids[position - 1] === 2) continue; // the rest of a word that was cut stands alone
      expect(chosen.has(position)).toBe(chosen.has(position - 1));
    }
  });

  it('chooses 15 % of the text, of which 80 % are masked, 10 % random and 10 % kept', () => {
    expect(masked.positions.length / text).toBeCloseTo(0.15, 1);
    const shown = masked.positions.map((position) => masked.batch.ids[position]);
    const kept = shown.filter((id, index) => id === masked.targets[index]).length;
    expect(count(shown, (id) => id === 4) / shown.length).toBeCloseTo(0.8, 1);
    expect(kept / shown.length).toBeCloseTo(0.1, 1);
    const random = count(shown, (id) => ![4, start, piece].includes(id));
    expect(random / shown.length).toBeCloseTo(0.1, 1);
  });

  it('chooses the first word where the draw chose none', () => {
    const random = randomFor(1, 'masking', 0);
    const { positions } = maskTokens(takeBatch(pieced, [0]), pieced, {
      share: 1e-12,
      wholeWords: true,
      random,
    });
    expect([...positions]).toEqual([1]);
  });

  it('needs to know which tokens continue a word', () => {
    const random = randomFor(1, 'masking', 0);
    expect(() => maskTokens(batch, tokens, { share: 0.15, wholeWords: true, random })).toThrow(
      'continue a word',
    );
  });
});
