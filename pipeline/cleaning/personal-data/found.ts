// What a search for personal data finds, and how it cuts what may hold more than one number.

/** A piece of a text, in UTF-16 code units, and what it says however it is written there. */
export interface Found {
  readonly start: number;
  readonly end: number;
  /** The same for two pieces that mean the same, such as a number with and without its hyphens. */
  readonly value: string;
}

/** Finds all of one kind. Its work grows with the length of the text, whatever is in it. */
export type Finder = (text: string) => Iterable<Found>;

/** @returns the digits of a text, without what stands between them */
export function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

const GROUP = /\d+\)?/g;
/** Nobody writes a number in more; digits that stand alone in a row are a table. */
const MOST_GROUPS = 6;

/**
 * Beginnings of groups of digits that end with a group, the longest first: of "010-1234-5678 02-12" one is the number.
 * @param candidate bounded by the pattern that found it
 * @param fewestDigits that one of them has
 */
function cutAtGroups(candidate: string, fewestDigits: number): string[] {
  const cuts: string[] = [];
  let digits = 0;
  for (const { index, 0: group } of [...candidate.matchAll(GROUP)].slice(0, MOST_GROUPS)) {
    digits += digitsOf(group).length;
    if (digits >= fewestDigits) cuts.push(candidate.slice(0, index + group.length));
  }
  return cuts.reverse();
}

/** @returns whether a number goes on behind `end`: with a digit, or with a hyphen or a point and a digit */
function goesOn(text: string, end: number): boolean {
  return /^[-.]?\d/.test(text.slice(end, end + 2));
}

interface NumberSearch {
  /** Global; takes a bounded run of groups of digits, which may be longer than the number. */
  readonly pattern: RegExp;
  readonly fewestDigits: number;
  /** @returns what a number says, or nothing where it is none */
  readonly valueOf: (written: string) => string | undefined;
}

/** Finds numbers that end with a group of digits; behind what is none it goes on at the next group. */
export function* findNumbers(
  text: string,
  { pattern, fewestDigits, valueOf }: NumberSearch,
): Generator<Found> {
  const search = new RegExp(pattern);
  for (let match = search.exec(text); match !== null; match = search.exec(text)) {
    const { index, 0: candidate } = match;
    search.lastIndex = index + (/\d+/.exec(candidate)?.index ?? 0) + 1;
    for (const written of cutAtGroups(candidate, fewestDigits)) {
      const end = index + written.length;
      const value = goesOn(text, end) ? undefined : valueOf(written);
      if (value === undefined) continue;
      yield { start: index, end, value };
      search.lastIndex = end;
      break;
    }
  }
}
