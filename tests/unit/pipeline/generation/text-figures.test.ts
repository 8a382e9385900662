import { describe, expect, it } from 'vitest';
import { textFigures } from '../../../../pipeline/generation/text-figures.ts';

describe('textFigures', () => {
  it('gives perplexity by token and bits by byte', () => {
    const figures = textFigures([Math.log(0.5), Math.log(0.125)], 4);
    expect(figures.perplexity).toBeCloseTo(4, 12);
    expect(figures.bitsPerByte).toBeCloseTo(1, 12);
    expect(figures.tokens).toBe(2);
  });

  it('finds nothing surprising in a text of which nothing was predicted', () => {
    expect(textFigures([], 0)).toMatchObject({ loss: 0, perplexity: 1, bitsPerByte: 0 });
  });

  it('gives a perplexity of 6.683 for words at 0.1, 0.05, 0.2, 0.15 and 0.5', () => {
    const { perplexity } = textFigures([0.1, 0.05, 0.2, 0.15, 0.5].map(Math.log), 20);
    expect(perplexity).toBeCloseTo(6.6832506, 7); // (0.1 · 0.05 · 0.2 · 0.15 · 0.5) ^ (−1/5)
  });

  it('gives 0.2231 nats for a word at a probability of 0.8', () => {
    expect(textFigures([Math.log(0.8)], 3).loss).toBeCloseTo(0.2231, 4);
  });
});
