// Phone numbers: with a country's code (E.164), as they are dialled within countries that have a trunk prefix of 0, and
// of the North American plan. What is valid the numbering plans of libphonenumber say.
import type { CountryCode } from 'libphonenumber-js/max';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Finder, Found } from './found.ts';
import { findNumbers } from './found.ts';

// Each digit may have two characters before it, so that a run has one reading and no pattern goes back. A point between
// digits on the left makes it a part of another number.
const WRITTEN = {
  international: /(?<![A-Za-z\d+])\+\d(?:[ .()\u2010-\u2015-]{0,2}\d){6,14}/g,
  trunk: /(?<![A-Za-z\d+]|\d[.,/-])\(?0(?:[ .()\u2010-\u2015-]{0,2}\d){7,11}/g,
  northAmerican:
    /(?<![A-Za-z\d+]|\d[.,/-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?!\d|[-.]\d)/g,
} as const;
const DATE_OR_FRACTION = /^(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})(?: |$)|0[.]\d+$)/;
/** More than one pair of brackets. */
const BRACKETS = /\)[^)]{0,20}\)/;
const FEWEST_DIGITS = 7;
/** Countries of the North American plan that a text is likely to be from. */
const NORTH_AMERICA: readonly string[] = ['US', 'CA'];

/** @returns the number as E.164 has it, where it is one */
function numberOf(written: string, region?: string): string | undefined {
  const parsed = parsePhoneNumberFromString(written, {
    ...(region !== undefined && { defaultCountry: region as CountryCode }),
    extract: false,
  });
  return parsed?.isValid() ? parsed.number : undefined;
}

/**
 * Makes what finds phone numbers. Numbers that companies share, such as 1588-1234, are left.
 * @param regions ISO 3166 codes of the countries whose numbers may come without a country's code
 */
export function createPhoneFinder(regions: readonly string[]): Finder {
  const withTrunk = regions.filter((region) => !NORTH_AMERICA.includes(region));
  const american = regions.filter((region) => NORTH_AMERICA.includes(region));

  const firstValid = (written: string, among: readonly (string | undefined)[]): string | undefined => {
    for (const region of among) {
      const number = numberOf(written, region);
      if (number !== undefined) return number;
    }
    return undefined;
  };

  function* search(text: string, pattern: RegExp, among: readonly (string | undefined)[]): Generator<Found> {
    if (among.length === 0) return;
    const valueOf = (written: string): string | undefined =>
      DATE_OR_FRACTION.test(written) || BRACKETS.test(written) ? undefined : firstValid(written, among);
    yield* findNumbers(text, { pattern, fewestDigits: FEWEST_DIGITS, valueOf });
  }

  return function* (text): Generator<Found> {
    yield* search(text, WRITTEN.international, [undefined]);
    yield* search(text, WRITTEN.trunk, withTrunk);
    yield* search(text, WRITTEN.northAmerican, american);
  };
}
