import { describe, expect, it } from 'vitest';
import { exactMatch, isExact } from '../../../../pipeline/evaluation/exact-match.ts';

const answer = (expected: string, answered: string) => ({ prompt: '?', expected, answered });

describe('exact match', () => {
  it('is the share of answers that are right to the letter', () => {
    const answers = [
      answer('밥', '밥'),
      answer('rice', 'Rice'),
      answer('rice', 'rice.'),
      answer('a b', 'a b'),
    ];
    expect(exactMatch(answers)).toBe(0.5);
    expect(exactMatch([])).toBeNaN();
  });

  it.each([
    ['white space around them', '시작하기', ' 시작하기\n'],
    ['the form of their characters', '시작하기'.normalize('NFD'), '시작하기'],
  ])('looks past %s', (_, expected, answered) => {
    expect(isExact(answer(expected, answered))).toBe(true);
  });

  it('does not look past white space within them', () => {
    expect(isExact(answer('a b', 'a  b'))).toBe(false);
  });
});
