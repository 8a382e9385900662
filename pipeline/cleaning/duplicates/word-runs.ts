// Runs of words that stand in given texts, found in others: n-grams by their fingerprints, blind to case and punctuation.
import { avalanche } from './shingles.ts';

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const HIGH = 2 ** 32;

interface Words {
  readonly starts: number[];
  readonly ends: number[];
  readonly hashes: number[];
}

function wordsOf(text: string): Words {
  const words: Words = { starts: [], ends: [], hashes: [] };
  for (const { index, 0: word } of text.matchAll(WORD)) {
    const lower = word.toLowerCase();
    let hash = 0x811c9dc5;
    for (let at = 0; at < lower.length; at += 1) hash = Math.imul(hash ^ lower.charCodeAt(at), 0x01000193);
    words.starts.push(index);
    words.ends.push(index + word.length);
    words.hashes.push(hash);
  }
  return words;
}

/** @returns 53 bits of what the words from `at` on are */
function keyOf(hashes: readonly number[], at: number, size: number): number {
  let high = size;
  let low = ~size;
  for (let place = at; place < at + size; place += 1) {
    high = Math.imul(high, 31) ^ avalanche(hashes[place]);
    low = avalanche(Math.imul(low, 0x01000193) + hashes[place]);
  }
  return (avalanche(high) >>> 11) * HIGH + low;
}

/** Texts of which runs are looked for, under a name. */
export interface NamedTexts {
  readonly name: string;
  readonly texts: readonly string[];
}

/** A run that was found, in UTF-16 units of the text, and whose it is. */
export interface FoundRun {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/**
 * @param words of a run
 * @param minimumWords a text with fewer words than a run is one run as a whole, from so many on
 * @returns what finds runs in a text, in its order; a name that comes first has what several share
 */
export function createRunSearch(
  sets: readonly NamedTexts[],
  { words, minimumWords }: { readonly words: number; readonly minimumWords: number },
): (text: string) => Generator<FoundRun> {
  const names = new Map<number, Map<number, string>>(); // by the run's size, then by its key
  for (const { name, texts } of sets) {
    for (const text of texts) {
      const { hashes } = wordsOf(text);
      const size = Math.min(words, hashes.length);
      if (size < words && size < minimumWords) continue;
      const ofSize = names.get(size) ?? new Map<number, string>();
      names.set(size, ofSize);
      for (let at = 0; at <= hashes.length - size; at += 1) {
        const key = keyOf(hashes, at, size);
        if (!ofSize.has(key)) ofSize.set(key, name);
      }
    }
  }
  return function* (text) {
    const { starts, ends, hashes } = wordsOf(text);
    for (let at = 0; at < hashes.length; at += 1) {
      for (const [size, ofSize] of names) {
        const name = at + size > hashes.length ? undefined : ofSize.get(keyOf(hashes, at, size));
        if (name === undefined) continue;
        yield { start: starts[at], end: ends[at + size - 1], name };
        break;
      }
    }
  };
}
