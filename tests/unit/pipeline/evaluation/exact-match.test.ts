import { describe, expect, it } from 'vitest';
import { isExact } from '../../../../pipeline/evaluation/exact-match.ts';

const answer = (expected: string, answered: string) => ({ prompt: '?', expected, answered });

describe('exact match', () => {
  it.each([
    ['밥', '밥', true],
    ['rice', 'Rice', false],
    ['rice', 'rice.', false],
    ['', '', true],
  ])('of “%s”, answered “%s”, is %s', (expected, answered, right) => {
    expect(isExact(answer(expected, answered))).toBe(right);
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
