// Numbers of payment cards: an issuer's prefix with the lengths that it has, and the check digit of ISO/IEC 7812-1 (Luhn).
import type { Finder } from './found.ts';
import { digitsOf, findNumbers } from './found.ts';

const NUMBER = /(?<![A-Za-z\d]|\d[.,-])[2-69](?:[ -]?\d){12,18}/g;
/** How people group the digits; none stands for no groups. */
const GROUPS = /^(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{3})?|\d{4}([ -])\d{6}\2\d{4,5})$/;

interface Issuer {
  readonly prefix: RegExp;
  readonly lengths: readonly number[];
}

const issuers: readonly Issuer[] = [
  { prefix: /^4/, lengths: [13, 16, 19] }, // Visa
  { prefix: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] }, // Mastercard
  { prefix: /^3[47]/, lengths: [15] }, // American Express
  { prefix: /^(?:30[0-5]|36|3[89])/, lengths: [14, 16] }, // Diners Club
  { prefix: /^35(?:2[89]|[3-8])/, lengths: [16, 17, 18, 19] }, // JCB
  { prefix: /^(?:6011|64[4-9]|65)/, lengths: [16, 17, 18, 19] }, // Discover
  { prefix: /^62/, lengths: [16, 17, 18, 19] }, // UnionPay
  { prefix: /^9[0-9]/, lengths: [16] }, // domestic cards in Korea
];

/** From the right every second digit counts twice, its digits added. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, twice = false; at >= 0; at -= 1, twice = !twice) {
    const digit = Number(digits[at]) * (twice ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

function cardOf(written: string): string | undefined {
  if (!GROUPS.test(written)) return undefined;
  const digits = digitsOf(written);
  const fits = issuers.some(({ prefix, lengths }) => lengths.includes(digits.length) && prefix.test(digits));
  return fits && hasCheckDigit(digits) ? digits : undefined;
}

/** Finds them with and without blanks or hyphens between their groups. */
export const findCards: Finder = (text) =>
  findNumbers(text, { pattern: NUMBER, fewestDigits: 13, valueOf: cardOf });
