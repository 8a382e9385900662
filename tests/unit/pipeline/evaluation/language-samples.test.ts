import { describe, expect, it } from 'vitest';
import {
  beginningsOf,
  followersOf,
  sampleSentences,
  scoreText,
} from '../../../../pipeline/evaluation/language-samples.ts';

describe('a scored text', () => {
  it('has the product of its probabilities as a logarithm, since that of a long text is no number', () => {
    const tokens = Array.from({ length: 1_000 }, () => ({ token: 'a', logProbability: -2 }));
    const scored = scoreText('a'.repeat(1_000), tokens);
    expect(scored.logProbability).toBe(-2_000);
    expect(scored.perplexity).toBeCloseTo(Math.exp(2), 9);
    expect(scored.bitsPerByte).toBeCloseTo(2 / Math.LN2, 9);
    expect(scored.tokens[0].probability).toBeCloseTo(Math.exp(-2), 12);
  });
});

describe('sentences of held-out documents', () => {
  it('are the first of each that is no heading, of three documents from the first to the last', () => {
    const documents = [
      'Help\n\nThis is the first page. More.',
      'Too short',
      ...[2, 3, 4].map((n) => `This is page ${n}.`),
    ];
    expect(sampleSentences(documents)).toEqual([
      'This is the first page.',
      'This is page 2.',
      'This is page 3.',
    ]);
  });

  it('are cut where they are long, between words where there are any', () => {
    const [words] = sampleSentences(['word '.repeat(100)]);
    expect(words).toBe('word '.repeat(32).trim());
    expect(sampleSentences([`a b c ${'밥'.repeat(900)}`])[0]).toHaveLength(160);
  });

  it('begin with three words each, told once', () => {
    expect(beginningsOf(['a b c d', 'a b c e', 'a'])).toEqual(['a b c', 'a']);
  });
});

describe('what follows a text in a corpus', () => {
  it('are whole words behind it, the most frequent first', () => {
    const documents = ['나는 밥을 먹는다. 나는 간다', '하나는 셋 나는\n밥을', '나는데 나는'];
    expect(followersOf('나는', documents)).toEqual({
      times: 3,
      words: [
        { word: '밥을', count: 2 },
        { word: '간다', count: 1 },
      ],
    });
  });

  it('are those behind longer words that it ends, where it is nowhere a word of its own', () => {
    expect(followersOf('나는', ['끝나는 선을 긋고 끝나는 선을', '나타나는 값은 나는'])).toEqual({
      times: 3,
      endsWords: true,
      words: [
        { word: '선을', count: 2 },
        { word: '값은', count: 1 },
      ],
    });
  });

  it('are none where it does not occur', () => {
    expect(followersOf('x', ['y z'])).toEqual({ times: 0, words: [] });
  });
});
