import { describe, expect, it } from 'vitest';
import { fitPair, roomForPrompt, templateOf } from '../../../../pipeline/tokenization/pairs.ts';

const limits = { contextLength: 8, endOfTextId: 0 };
const answer = [7, 8];
const parts = { before: [1], text: [2, 3, 4], after: [5, 6] };

describe('a prompt and its answer', () => {
  it('follow each other as they are where the context holds them', () => {
    const prompt = [1, 2, 3, 4, 5];
    expect(roomForPrompt({ answer }, limits)).toBe(5);
    expect(fitPair({ prompt, answer }, limits)).toEqual({
      ...{ ids: [1, 2, 3, 4, 5, 7, 8, 0], answerStart: 5, cut: false },
    });
  });

  it('lose the end of the text where the context does not hold them, and nothing of the template or the answer', () => {
    const prompt = [1, 2, 3, 4, 5, 6];
    expect(fitPair({ prompt, answer }, limits, parts)).toEqual({
      ...{ ids: [1, 2, 3, 5, 6, 7, 8, 0], answerStart: 5, cut: true },
    });
  });

  it('are left out where no token of the text would be left beside the answer', () => {
    const prompt = [1, 2, 3, 4, 5, 6];
    expect(fitPair({ prompt, answer: [7, 8, 9, 10] }, limits, parts)).toBeUndefined();
  });

  it('begin with an end of text where the prompt is empty, as generation does', () => {
    expect(fitPair({ prompt: [], answer }, limits)).toEqual({
      ids: [0, 7, 8, 0],
      answerStart: 1,
      cut: false,
    });
  });

  it('are rendered by a template around the text', () => {
    expect(templateOf('{text}\n제목: ')).toEqual({ before: '', after: '\n제목: ' });
    expect(templateOf('요약: {text}')).toEqual({ before: '요약: ', after: '' });
  });
});
