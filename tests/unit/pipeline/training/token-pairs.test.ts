import { describe, expect, it } from 'vitest';
import type { TokenPairs } from '../../../../pipeline/training/token-pairs.ts';
import { answerTokens, readPairs } from '../../../../pipeline/training/token-pairs.ts';

const end = 9;
const pairs: TokenPairs = {
  ...{ rows: 2, contextLength: 8, vocabularySize: 10, padId: 0, endOfTextId: end },
  ids: Uint16Array.of(1, 2, 3, 7, end, 0, 0, 0, /* and */ 4, 5, 6, end, 0, 0, 0, 0),
  lengths: Uint16Array.of(5, 4),
  answers: Uint16Array.of(3, 1),
  bytes: Float64Array.of(1, 2),
};

describe('a batch of pairs', () => {
  it('asks for the answer and the end of text, and for nothing of the prompt or the padding', () => {
    const { ids, targets, weights, count, length } = readPairs(pairs, [0, 1], 3);
    expect(length).toBe(6); // the shortest graph that the longest row fits
    expect([...ids.subarray(0, 6)]).toEqual([1, 2, 3, 7, end, 0]);
    const asked = [...weights.keys()].filter((place) => weights[place] > 0);
    expect(asked).toEqual([2, 3, 6, 7, 8]);
    expect(asked.map((place) => targets[place])).toEqual([7, end, 5, 6, end]);
    expect(count).toBe(5);
    for (const place of asked) expect(weights[place]).toBeCloseTo(1 / 5, 7);
    expect([0, 1].map((row) => answerTokens(pairs, row))).toEqual([2, 3]);
  });
});
