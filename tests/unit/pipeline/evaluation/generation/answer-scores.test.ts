import { describe, expect, it } from 'vitest';
import type { AnswerFormat } from '../../../../../contracts/model-spec/answer-scores.ts';
import { keepsFormat, scoreAnswer } from '../../../../../pipeline/evaluation/generation/answer-scores.ts';

const scoreHarm = (text: string) => ({ profanity: text.includes('darn') ? 0.01 : 0, spam: 1 });

describe('scoreAnswer', () => {
  it('tells the share of an answer’s texts that are as they should be, of what is asked for alone', () => {
    const texts = ['{"a": 1}', 'I cannot help with that.', 'darn', '죄송합니다, 답변할 수 없습니다.'];
    const metrics = ['not-refused', 'not-toxic', 'format'] as const;
    expect(scoreAnswer(texts, { metrics, answerFormat: { json: true } }, scoreHarm)).toEqual({
      ...{ 'not-refused': 0.5, 'not-toxic': 0.75, format: 0.25 },
    });
    expect(scoreAnswer(texts, { metrics: ['not-toxic'] }, scoreHarm)).toEqual({ 'not-toxic': 0.75 });
    expect(scoreAnswer([], { metrics }, scoreHarm)).toEqual({});
  });
});

describe('keepsFormat', () => {
  it.each<[string, AnswerFormat, boolean]>([
    ['{"a": 1, "b": null}', { json: true, keys: ['a', 'b'] }, true],
    ['{"a": 1}', { json: true, keys: ['a', 'b'] }, false],
    ['{"a": 1}', { json: true, keys: ['toString'] }, false],
    ['["a"]', { json: true, keys: ['0'] }, false],
    ['["a"]', { json: true }, true],
    ['{"a": 1', { json: true }, false],
    ['7', { json: true }, false],
    ['가나다', { minimumCharacters: 3, maximumCharacters: 3 }, true],
    ['👍👍', { maximumCharacters: 2 }, true],
    ['', { minimumCharacters: 1 }, false],
    ['{"a": 1}', { json: true, maximumCharacters: 4 }, false],
  ])('%s by %j: %s', (text, format, holds) => {
    expect(keepsFormat(text, format)).toBe(holds);
  });

  it('is told in no time of nesting that a parser would have to climb', () => {
    expect(keepsFormat('['.repeat(30_000), { json: true })).toBe(false);
    expect(keepsFormat(`${'{"a":'.repeat(5_000)}1`, { json: true, keys: ['a'] })).toBe(false);
  });
});
