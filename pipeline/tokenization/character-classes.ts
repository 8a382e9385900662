// How Hugging Face's BertNormalizer and BertPreTokenizer class characters, as a look-up table.
import {
  cjkRanges,
  droppedRanges,
  markRanges,
  punctuationRanges,
  spaceRanges,
  undecomposedRanges,
} from './character-ranges.ts';

/** Classes of a code point; a set of bits, 0 for a letter, a digit and the like. */
export const characterClass = {
  dropped: 1,
  space: 2,
  cjk: 4,
  mark: 8,
  punctuation: 16,
  undecomposed: 32,
} as const;

const CODE_POINTS = 0x110000;

/** Ranges of `a-b c d-e` in hexadecimal, as [first, last]. */
function* parseRanges(ranges: string): Generator<[number, number]> {
  for (const range of ranges.trim().split(/\s+/)) {
    const [first, last = first] = range.split('-').map((code) => Number.parseInt(code, 16));
    yield [first, last];
  }
}

let table: Uint8Array | undefined;

/** @returns [0x110000] bits of {@link characterClass} by code point; made at the first call, 1.1 MB; not to be changed. */
export function characterClasses(): Uint8Array {
  table ??= buildTable();
  return table;
}

function buildTable(): Uint8Array {
  const classes = new Uint8Array(CODE_POINTS);
  const sets: readonly [string, number][] = [
    [droppedRanges, characterClass.dropped],
    [spaceRanges, characterClass.space],
    [cjkRanges, characterClass.cjk],
    [markRanges, characterClass.mark],
    [punctuationRanges, characterClass.punctuation],
    [undecomposedRanges, characterClass.undecomposed],
  ];
  for (const [ranges, bit] of sets) {
    for (const [first, last] of parseRanges(ranges)) {
      for (let code = first; code <= last; code += 1) classes[code] |= bit;
    }
  }
  return classes;
}
