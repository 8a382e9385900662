// The characters that a WordPiece vocabulary starts from, and the corpus' words spelled in them.
import type { SymbolWords } from './symbol-words.ts';
import type { Vocabulary } from './vocabulary.ts';

const CODE_POINTS = 0x110000;
const REPLACEMENT = 0xfffd;

/** Lone surrogates cannot be written as UTF-8, so they count as U+FFFD. */
function codePointAt(text: string, index: number): number {
  const code = text.codePointAt(index) ?? REPLACEMENT;
  return code >= 0xd800 && code <= 0xdfff ? REPLACEMENT : code;
}

/**
 * Finds the characters of a corpus.
 * @param limit the most frequent ones are kept, of equally frequent ones those with the lower code points
 * @returns code points in ascending order
 */
export function alphabetOf(words: readonly string[], counts: Float64Array, limit: number): number[] {
  const frequency = new Float64Array(CODE_POINTS);
  const seen: number[] = [];
  words.forEach((word, number) => {
    for (let index = 0; index < word.length; ) {
      const code = codePointAt(word, index);
      if (frequency[code] === 0) seen.push(code);
      frequency[code] += counts[number];
      index += code > 0xffff ? 2 : 1;
    }
  });
  seen.sort((a, b) => frequency[b] - frequency[a] || a - b);
  return seen.slice(0, limit).sort((a, b) => a - b);
}

/**
 * Spells words in symbols: the first character as it is, each later one with the continuing prefix. Characters outside
 * the alphabet are left out. The vocabulary gets the alphabet, then each prefixed character that is used.
 * @param vocabulary tokens by id; appended to
 */
export function spellWords(
  words: readonly string[],
  counts: Float64Array,
  { alphabet, vocabulary, prefix }: { alphabet: readonly number[]; vocabulary: Vocabulary; prefix: string },
): SymbolWords {
  const initial = new Int32Array(CODE_POINTS).fill(-1);
  for (const code of alphabet) initial[code] = vocabulary.add(String.fromCodePoint(code));
  const continuing = continuingIds(words, { initial, alphabet, vocabulary, prefix });
  const symbols = new Int32Array(words.reduce((sum, word) => sum + word.length, 0));
  const starts = new Int32Array(words.length);
  const lengths = new Int32Array(words.length);
  let write = 0;
  words.forEach((word, number) => {
    starts[number] = write;
    for (let index = 0; index < word.length; ) {
      const code = codePointAt(word, index);
      if (initial[code] >= 0) {
        symbols[write] = index === 0 ? initial[code] : continuing[code];
        write += 1;
      }
      index += code > 0xffff ? 2 : 1;
    }
    lengths[number] = write - starts[number];
  });
  return { symbols, starts, lengths, counts };
}

/** Ids of the prefixed characters that stand inside words, given in the order of their code points. */
function continuingIds(
  words: readonly string[],
  given: { initial: Int32Array; alphabet: readonly number[]; vocabulary: Vocabulary; prefix: string },
): Int32Array {
  const inside = new Uint8Array(CODE_POINTS);
  for (const word of words) {
    for (let index = (word.codePointAt(0) ?? 0) > 0xffff ? 2 : 1; index < word.length; ) {
      const code = codePointAt(word, index);
      inside[code] = 1;
      index += code > 0xffff ? 2 : 1;
    }
  }
  const ids = new Int32Array(CODE_POINTS).fill(-1);
  for (const code of given.alphabet) {
    if (inside[code] === 1) ids[code] = given.vocabulary.add(given.prefix + String.fromCodePoint(code));
  }
  return ids;
}
