// Shingles of a text as 32-bit hashes, and the similarity of sets of them. Two sets share a hash by chance once in
// 2^32 / (their size), which is far below what a duplicate threshold can see.

/**
 * Takes a text apart.
 * @returns a hash for each shingle in the order of the text, repeats included; valid until the next call
 */
export type Shingler = (text: string) => Uint32Array;

/** What a shingle is: so many words, or so many characters. */
export interface ShingleOptions {
  /** Words a shingle, from 1; does not count where `shingleCharacters` is given. */
  readonly shingleWords?: number | undefined;
  /** Characters a shingle, in UTF-16 units, from 1. */
  readonly shingleCharacters?: number | undefined;
}

/** murmur3's finalizer: every input bit reaches every output bit. */
export function avalanche(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** @returns distinct hashes in ascending order */
export function distinct(hashes: Uint32Array): Uint32Array {
  const sorted = hashes.slice().sort();
  let count = 0;
  for (let at = 0; at < sorted.length; at += 1) {
    if (at === 0 || sorted[at] !== sorted[at - 1]) {
      sorted[count] = sorted[at];
      count += 1;
    }
  }
  return sorted.slice(0, count);
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
