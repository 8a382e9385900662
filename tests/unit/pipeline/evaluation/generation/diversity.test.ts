import { describe, expect, it } from 'vitest';
import { measureDiversity } from '../../../../../pipeline/evaluation/generation/diversity.ts';

describe('the variety of texts', () => {
  it('is the share of different words and pairs over all of them', () => {
    const { distinct1, distinct2, words } = measureDiversity(['a b a b', 'a c']);
    expect(distinct1).toBeCloseTo(3 / 6, 12);
    expect(distinct2).toBeCloseTo(3 / 4, 12); // a b, b a, a c, of four
    expect(words).toEqual({ mean: 3, median: 3, most: 4 });
  });

  it('tells repetition within a text, of those that are long enough', () => {
    expect(measureDiversity(['밥 밥 밥 밥 밥 밥', 'a b']).repeated4).toBeCloseTo(2 / 3, 12); // one of three runs is new
    expect(measureDiversity(['a b c d', 'a b c d']).repeated4).toBe(0); // two texts may be alike
  });

  it('has no figure without a text, and none of words in empty ones', () => {
    expect(Object.values(measureDiversity([])).slice(0, 3)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    const { distinct1, repeated4, words } = measureDiversity(['', ' ']);
    expect([distinct1, repeated4, words.mean]).toEqual([Number.NaN, Number.NaN, 0]);
  });
});
