// Word shingles of a text as a sorted set of 32-bit hashes. Two sets share a hash by chance once in 2^32 / (their size),
// which is far below what a duplicate threshold can see.

const OFFSET_BASIS = 0x811c9dc5; // FNV-1a, 32 bits
const PRIME = 0x01000193;

/** murmur3's finalizer: every input bit reaches every output bit. */
function avalanche(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

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

/**
 * The set of word shingles of a text; a text shorter than one shingle is one shingle.
 * @param shingleWords words a shingle, from 1
 * @returns distinct hashes in ascending order; empty for a text without words
 */
export function shingleSet(text: string, shingleWords: number): Uint32Array {
  const words = hashWords(text);
  const size = Math.min(shingleWords, words.length);
  const hashes = new Uint32Array(size === 0 ? 0 : words.length - size + 1);
  for (let start = 0; start < hashes.length; start += 1) {
    let hash = 0;
    for (let word = 0; word < size; word += 1)
      hash = Math.imul(hash, 31) ^ avalanche(words[start + word] + word);
    hashes[start] = avalanche(hash);
  }
  hashes.sort();
  let distinct = 0;
  for (let at = 0; at < hashes.length; at += 1) {
    if (at === 0 || hashes[at] !== hashes[at - 1]) {
      hashes[distinct] = hashes[at];
      distinct += 1;
    }
  }
  return hashes.slice(0, distinct);
}

/** Jaccard similarity of two ascending sets: shared over all, 1 for two empty ones. */
export function jaccard(left: Uint32Array, right: Uint32Array): number {
  let shared = 0;
  for (let l = 0, r = 0; l < left.length && r < right.length; ) {
    if (left[l] === right[r]) {
      shared += 1;
      l += 1;
      r += 1;
    } else if (left[l] < right[r]) l += 1;
    else r += 1;
  }
  const all = left.length + right.length - shared;
  return all === 0 ? 1 : shared / all;
}
