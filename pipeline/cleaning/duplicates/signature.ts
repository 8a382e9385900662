// MinHash signatures (Broder 1997) of 128 minima by fast similarity sketching (Dahlgaard, Knudsen & Thorup 2017,
// arXiv:1704.04370, algorithm 1). Each place of two signatures is equal with the probability that is the Jaccard
// similarity of the sets, as with 128 permutations; but a shingle falls into one place a round, and a document of over
// about a thousand shingles needs one or two rounds and not 128.
import { splitmix64 } from '../../random.ts';
import { avalanche } from './shingles.ts';

/** Minima of a signature. */
export const signatureLength = 128;

const PLACE_SHIFT = 25; // 32 − log2(signatureLength)
const VALUE = 0xffffff; // a minimum within a round; the round stands above it
const VALUE_BITS = 24;
const OPEN = 0x7fffffff;
const SEED = 128n; // any fixed one; the same documents meet the same hashes in every run

/**
 * Makes what signs sets of shingles.
 * @returns a function that fills `signature` [128] from hashes, of which repeats change nothing
 */
export function createSigner(): (shingles: Uint32Array, signature: Int32Array) => void {
  const words = splitmix64(SEED);
  const seeds = Int32Array.from(
    { length: signatureLength },
    () => Number(words.next().value & 0xffffffffn) | 0,
  );
  const open = new Uint8Array(signatureLength);

  /** Of the first round the hashes themselves are taken. */
  const firstRound = (shingles: Uint32Array, signature: Int32Array): void => {
    signature.fill(OPEN);
    for (let at = 0; at < shingles.length; at += 1) {
      const shingle = shingles[at];
      const place = shingle >>> PLACE_SHIFT;
      const value = shingle & VALUE;
      if (value < signature[place]) signature[place] = value;
    }
  };

  /** Fills places that are open still; in the last 128 rounds all shingles go to one place, so that none stays open. */
  const nextRound = (shingles: Uint32Array, signature: Int32Array, round: number): void => {
    const seed = seeds[round % signatureLength];
    const only = round - signatureLength;
    const above = round << VALUE_BITS;
    if (only >= 0 && open[only] === 0) return;
    for (let at = 0; at < shingles.length; at += 1) {
      const hash = avalanche(shingles[at] ^ seed);
      const place = only >= 0 ? only : hash >>> PLACE_SHIFT;
      if (open[place] === 0) continue;
      const value = above | (hash & VALUE);
      if (signature[place] === OPEN || value < signature[place]) signature[place] = value;
    }
  };

  return (shingles, signature) => {
    firstRound(shingles, signature);
    if (shingles.length === 0) return;
    for (let round = 1; round < 2 * signatureLength && signature.includes(OPEN); round += 1) {
      for (let place = 0; place < signatureLength; place += 1)
        open[place] = signature[place] === OPEN ? 1 : 0;
      nextRound(shingles, signature, round);
    }
  };
}

/** @returns the Jaccard similarity that two signatures show, 0–1 */
export function estimate(left: Int32Array, right: Int32Array): number {
  let equal = 0;
  for (let place = 0; place < signatureLength; place += 1) if (left[place] === right[place]) equal += 1;
  return equal / signatureLength;
}
