// Exact Jaccard similarity of sets of shingles, by hash tables that are used again: what a sort of both would cost is most of
// the time that comparing takes.

interface HashSet {
  /** Empties it. @param most values that it will hold */
  readonly clear: (most: number) => void;
  /** @returns whether it was not there */
  readonly add: (value: number) => boolean;
  readonly has: (value: number) => boolean;
}

/** Open addressing; what was written under an earlier stamp is not there. */
function createHashSet(): HashSet {
  let values = new Uint32Array(1 << 12);
  let stamps = new Uint32Array(1 << 12);
  let stamp = 0;
  let mask = values.length - 1;

  /** Values are hashes already, so their own bits spread them. @returns the place of the value, or the one for it */
  const placeOf = (value: number): number => {
    let place = value & mask;
    while (stamps[place] === stamp && values[place] !== value) place = (place + 1) & mask;
    return place;
  };
  return {
    clear: (most) => {
      if (2 * most > values.length || stamp === 0xffffffff) {
        const size = 2 ** Math.ceil(Math.log2(Math.max(2 * most, values.length)));
        values = new Uint32Array(size);
        stamps = new Uint32Array(size);
        stamp = 0;
        mask = size - 1;
      }
      stamp += 1;
    },
    add: (value) => {
      const place = placeOf(value);
      if (stamps[place] === stamp) return false;
      stamps[place] = stamp;
      values[place] = value;
      return true;
    },
    has: (value) => stamps[placeOf(value)] === stamp,
  };
}

/** One set held against others. */
export interface Similarity {
  /** Takes the set that is compared; repeats count once. */
  readonly hold: (shingles: Uint32Array) => void;
  /** @returns shared over all, 0–1; 1 for two empty ones */
  readonly to: (shingles: Uint32Array) => number;
}

export function createSimilarity(): Similarity {
  const held = createHashSet();
  const other = createHashSet();
  let heldSize = 0;
  return {
    hold: (shingles) => {
      held.clear(shingles.length);
      heldSize = 0;
      for (let at = 0; at < shingles.length; at += 1) if (held.add(shingles[at])) heldSize += 1;
    },
    to: (shingles) => {
      other.clear(shingles.length);
      let size = 0;
      let shared = 0;
      for (let at = 0; at < shingles.length; at += 1) {
        if (!other.add(shingles[at])) continue;
        size += 1;
        if (held.has(shingles[at])) shared += 1;
      }
      const all = heldSize + size - shared;
      return all === 0 ? 1 : shared / all;
    },
  };
}
