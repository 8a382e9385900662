// Shingles of a text as 32-bit hashes. Two sets share a hash by chance once in
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
