import { describe, expect, it } from 'vitest';
import { measureMemorisation } from '../../../../../pipeline/evaluation/generation/memorisation.ts';

const corpus = ['one two three four five six seven', '나는 오늘 맛있는 밥을 먹었다'];

describe('memorisation', () => {
  it('is the share of runs that stand in the corpus, and the longest of them', () => {
    const texts = ['zero one two three four five six eight'];
    expect(measureMemorisation(texts, corpus)).toEqual({
      ...{ order: 5, share: 2 / 4, longest: 6, longestText: 'one two three four five six' },
    });
  });

  it('counts each of several texts, the longest of any', () => {
    const texts = ['나는 오늘 맛있는 밥을 먹었다', 'one two three four fix'];
    const { share, longestText } = measureMemorisation(texts, corpus);
    expect(share).toBe(1 / 2);
    expect(longestText).toBe('나는 오늘 맛있는 밥을 먹었다');
  });

  it('finds a run at each place of a text that has it twice', () => {
    const texts = ['a b x a b c'];
    expect(measureMemorisation(texts, ['a b c'], 2)).toMatchObject({ longest: 3, longestText: 'a b c' });
  });

  it('has no share where no text is long enough', () => {
    const figures = measureMemorisation(['one two', ''], corpus);
    expect(figures).toEqual({ order: 5, share: Number.NaN, longest: 0, longestText: '' });
  });

  it('is told in linear time of texts that repeat one word', () => {
    const word = 'a '.repeat(20_000);
    expect(measureMemorisation([word], [word]).longest).toBe(20_000);
  });
});
