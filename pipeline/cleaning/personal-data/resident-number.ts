// Korean resident registration numbers, foreigners' among them: YYMMDD, a digit for century and sex, six more, of which
// the last was a check digit until October 2020. Numbers given since are random there (Ministry of the Interior and
// Safety), so those are taken by their date, or by the words before them.
import type { Finder, Found } from './found.ts';
import { digitsOf } from './found.ts';

const NUMBER = /(?<![\d-])\d{6}(?:[-–] ?[1-8](?:\d{6}|[*xX●]{6})|[1-8]\d{6})(?![\d-])/g;
const NAMED = /(?:주민|외국인|거소)(?:등록)?\s?번호[^\d\n]{0,10}$|resident registration[^\d\n]{0,20}$/i;
const LONGEST_NAME = 45; // characters before the number in which its name ends
const WITHOUT_CHECK_DIGIT = 20201001; // births from here on
const WEIGHTS = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];

/** @returns YYYYMMDD as a number, or nothing where there is no such day */
function birthOf(digits: string): number | undefined {
  const century = '1256'.includes(digits[6]) ? 1900 : 2000;
  const [year, month, day] = [0, 2, 4].map((at) => Number(digits.slice(at, at + 2)));
  const date = new Date(Date.UTC(century + year, month - 1, day));
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? (century + year) * 10_000 + month * 100 + day : undefined;
}

function hasCheckDigit(digits: string): boolean {
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(digits[at]), 0);
  const ofForeigner = Number(digits[6]) >= 5 ? 2 : 0;
  return (11 - (sum % 11) + ofForeigner) % 10 === Number(digits[12]);
}

/** Finds them, also where all but the first of the last seven digits is masked already. */
export const findResidentNumbers: Finder = function* (text): Generator<Found> {
  for (const { index, 0: written } of text.matchAll(NUMBER)) {
    const digits = digitsOf(written);
    const birth = birthOf(digits);
    if (birth === undefined) continue;
    const masked = digits.length < 13;
    const certain =
      masked ||
      hasCheckDigit(digits) ||
      (written.length > digits.length && birth >= WITHOUT_CHECK_DIGIT) ||
      NAMED.test(text.slice(Math.max(0, index - LONGEST_NAME), index));
    if (certain) yield { start: index, end: index + written.length, value: digits };
  }
};
