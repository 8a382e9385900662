// Near-duplicate search: MinHash signatures (Broder 1997) of 128 permutations, banded into a locality-sensitive index
// (Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, section 3.4). The index only proposes; exact Jaccard decides.
// A permutation is a multiplication modulo 2^32, which is not min-wise independent but close enough to propose.
import { splitmix64 } from '../random.ts';
import { jaccard, shingleSet } from './shingles.ts';

const PERMUTATIONS = 128;
const MISSED = 0.01; // share of pairs just at the threshold that the index may fail to propose
const SEED = 128n; // any fixed one; the same documents meet the same permutations in every run

export interface DuplicateOptions {
  /** Words a shingle, from 1. */
  readonly shingleWords: number;
  /** Jaccard similarity from which two documents count as one, in (0, 1]. */
  readonly similarity: number;
}

/** Remembers documents and recognises those that repeat one of them. */
export interface NearDuplicateIndex {
  /**
   * Looks for a remembered document that is at least as similar as the threshold; remembers this one if there is none.
   * @returns the id of the earliest such document
   */
  readonly add: (id: string, text: string) => string | undefined;
}

function permutations(): { multipliers: Int32Array; offsets: Int32Array } {
  const words = splitmix64(SEED);
  const next = (): number => Number(words.next().value & 0xffffffffn) | 0;
  const multipliers = Int32Array.from({ length: PERMUTATIONS }, () => next() | 1); // odd, hence invertible
  return { multipliers, offsets: Int32Array.from({ length: PERMUTATIONS }, next) };
}

/** The longest bands that still propose a pair at the threshold with probability 1 − MISSED. */
function rowsPerBand(similarity: number): number {
  for (let rows = PERMUTATIONS; rows > 1; rows -= 1) {
    const bands = Math.floor(PERMUTATIONS / rows);
    if ((1 - similarity ** rows) ** bands <= MISSED) return rows;
  }
  return 1;
}

function createSigner(): (shingles: Uint32Array, signature: Int32Array) => void {
  const { multipliers, offsets } = permutations();
  return (shingles, signature) => {
    for (let index = 0; index < PERMUTATIONS; index += 1) {
      const multiplier = multipliers[index];
      const offset = offsets[index];
      let minimum = 0x7fffffff; // signed, since V8 keeps no unsigned 32-bit integers
      for (const shingle of shingles) {
        const permuted = (Math.imul(shingle, multiplier) + offset) | 0;
        if (permuted < minimum) minimum = permuted;
      }
      signature[index] = minimum;
    }
  };
}

/** Makes an empty index. Memory grows by about 2 KiB and the distinct shingles' four bytes each with each document kept. */
export function createNearDuplicateIndex({ shingleWords, similarity }: DuplicateOptions): NearDuplicateIndex {
  const rows = rowsPerBand(similarity);
  const bands = Math.floor(PERMUTATIONS / rows);
  const sign = createSigner();
  const signature = new Int32Array(PERMUTATIONS);
  const ids: string[] = [];
  const sets: Uint32Array[] = [];
  const buckets = Array.from({ length: bands }, () => new Map<number, number[]>());

  const bandKey = (band: number): number => {
    let key = 0;
    for (let row = band * rows; row < (band + 1) * rows; row += 1) {
      key = Math.imul(key ^ signature[row], 0x9e3779b1);
      key ^= key >>> 15;
    }
    return key;
  };

  /** Earliest first, so that of several twins the first is named. */
  const findTwin = (shingles: Uint32Array, keys: readonly number[]): number | undefined => {
    const proposed = new Set<number>();
    for (let band = 0; band < bands; band += 1) {
      for (const candidate of buckets[band].get(keys[band]) ?? []) proposed.add(candidate);
    }
    return [...proposed]
      .sort((left, right) => left - right)
      .find((candidate) => jaccard(sets[candidate], shingles) >= similarity);
  };

  const add = (id: string, text: string): string | undefined => {
    const shingles = shingleSet(text, shingleWords);
    sign(shingles, signature);
    const keys = Array.from({ length: bands }, (_, band) => bandKey(band));
    const twin = findTwin(shingles, keys);
    if (twin !== undefined) return ids[twin];
    for (let band = 0; band < bands; band += 1) {
      const bucket = buckets[band].get(keys[band]);
      if (bucket === undefined) buckets[band].set(keys[band], [ids.length]);
      else bucket.push(ids.length);
    }
    ids.push(id);
    sets.push(shingles);
    return undefined;
  };
  return { add };
}
