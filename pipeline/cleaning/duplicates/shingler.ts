// Texts to shingles of words or of characters, blind to case, punctuation and blanks.
import { avalanche, type ShingleOptions, type Shingler } from './shingles.ts';

const OFFSET_BASIS = 0x811c9dc5; // FNV-1a, 32 bits
const PRIME = 0x01000193;
const BLANK = 0x20;

const LETTER_OR_DIGIT = /[\p{L}\p{M}\p{N}]/u;

/** 1 for UTF-16 units within a word. Halves of surrogate pairs count as letters. */
function wordUnits(): Uint8Array {
  const table = new Uint8Array(0x10000);
  for (let unit = 0; unit < table.length; unit += 1) {
    table[unit] =
      (unit >= 0xd800 && unit < 0xe000) || LETTER_OR_DIGIT.test(String.fromCharCode(unit)) ? 1 : 0;
  }
  return table;
}
let cachedWordUnits: Uint8Array | undefined;

/** @returns a hash for each word of the text, in order, blind to case and punctuation. */
function hashWords(text: string): number[] {
  const isWord = (cachedWordUnits ??= wordUnits());
  const lower = text.toLowerCase();
  const hashes: number[] = [];
  let hash = OFFSET_BASIS;
  let length = 0;
  for (let at = 0; at <= lower.length; at += 1) {
    const unit = at < lower.length ? lower.charCodeAt(at) : 0;
    if (isWord[unit] === 1) {
      hash = Math.imul(hash ^ unit, PRIME);
      length += 1;
    } else if (length > 0) {
      hashes.push(hash);
      hash = OFFSET_BASIS;
      length = 0;
    }
  }
  return hashes;
}

function createWordShingler(shingleWords: number): Shingler {
  return (text) => {
    const words = hashWords(text);
    const size = Math.min(shingleWords, words.length);
    const hashes = new Uint32Array(size === 0 ? 0 : words.length - size + 1);
    for (let start = 0; start < hashes.length; start += 1) {
      let hash = 0;
      for (let word = 0; word < size; word += 1)
        hash = Math.imul(hash, 31) ^ avalanche(words[start + word] + word);
      hashes[start] = avalanche(hash);
    }
    return hashes;
  };
}

/** A rolling polynomial hash (Karp & Rabin 1987) modulo 2^32: a step a character, whatever the shingle's length. */
function createCharacterShingler(shingleCharacters: number): Shingler {
  const isWord = (cachedWordUnits ??= wordUnits());
  let leaving = 1; // PRIME to the power of the shingle's length
  for (let at = 0; at < shingleCharacters; at += 1) leaving = Math.imul(leaving, PRIME);
  let units = new Uint16Array(1 << 12);
  let hashes = new Uint32Array(1 << 12);

  /** Letters and digits as they are, all between them one blank. @returns how many units */
  const normalize = (text: string): number => {
    const lower = text.toLowerCase();
    if (lower.length > units.length) {
      units = new Uint16Array(2 * lower.length);
      hashes = new Uint32Array(2 * lower.length);
    }
    let length = 0;
    let blank = false;
    for (let at = 0; at < lower.length; at += 1) {
      const unit = lower.charCodeAt(at);
      if (isWord[unit] === 0) {
        blank = length > 0;
        continue;
      }
      if (blank) {
        units[length] = BLANK;
        length += 1;
        blank = false;
      }
      units[length] = unit;
      length += 1;
    }
    return length;
  };

  return (text) => {
    const length = normalize(text);
    const size = Math.min(shingleCharacters, length);
    if (size === 0) return hashes.subarray(0, 0);
    let hash = 0;
    for (let at = 0; at < size; at += 1) hash = (Math.imul(hash, PRIME) + units[at]) | 0;
    hashes[0] = avalanche(hash);
    for (let at = size; at < length; at += 1) {
      hash = (Math.imul(hash, PRIME) + units[at] - Math.imul(units[at - size], leaving)) | 0;
      hashes[at - size + 1] = avalanche(hash);
    }
    return hashes.subarray(0, length - size + 1);
  };
}

/** Makes what takes texts apart. A text shorter than one shingle is one shingle, one without words none. */
export function createShingler({ shingleWords = 4, shingleCharacters }: ShingleOptions): Shingler {
  return shingleCharacters === undefined
    ? createWordShingler(shingleWords)
    : createCharacterShingler(shingleCharacters);
}
