// Korean business registration numbers: three, two and five digits, the last of them a check digit (National Tax Service).
import type { Finder, Found } from './found.ts';
import { digitsOf } from './found.ts';

const HYPHENATED = /(?<![\d-])\d{3}-\d{2}-\d{5}(?![\d-])/g;
const NAMED = /사업자\s?(?:등록)?\s?번호[^\d\n]{0,10}(\d{10})(?!\d)/g;
const WEIGHTS = [1, 3, 7, 1, 3, 7, 1, 3, 5];

function hasCheckDigit(digits: string): boolean {
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(digits[at]), 0);
  const carried = Math.floor((Number(digits[8]) * 5) / 10);
  return (10 - ((sum + carried) % 10)) % 10 === Number(digits[9]);
}

/** Finds them with their hyphens; without, only behind their name. */
export const findBusinessNumbers: Finder = function* (text): Generator<Found> {
  for (const { index, 0: written } of text.matchAll(HYPHENATED)) {
    const value = digitsOf(written);
    if (hasCheckDigit(value)) yield { start: index, end: index + written.length, value };
  }
  for (const { index, 0: whole, 1: value } of text.matchAll(NAMED)) {
    const end = index + whole.length;
    if (hasCheckDigit(value)) yield { start: end - value.length, end, value };
  }
};
