// All pairs of documents that are similar, exactly: shingles are compared as strings, without any hash. Two sets that are
// similar enough share one of their rarest shingles (prefix filtering, Chaudhuri, Ganti & Kaushik 2006), which spares most pairs.

/** Places of the earlier and of the later document. */
export type Pair = readonly [earlier: number, later: number];

export interface PairOptions {
  /** Of a shingle. */
  readonly characters: number;
  /** Jaccard, from which a pair counts. */
  readonly similarity: number;
}

function shinglesOf(text: string, characters: number): Set<string> {
  const plain = (text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).join(' ');
  const size = Math.min(characters, plain.length);
  const count = size === 0 ? 0 : plain.length - size + 1;
  return new Set(Array.from({ length: count }, (_, at) => plain.slice(at, at + size)));
}

/** @returns each set as ascending numbers, rare shingles first */
function numbered(sets: readonly ReadonlySet<string>[]): Int32Array[] {
  const frequencies = new Map<string, number>();
  for (const set of sets)
    for (const shingle of set) frequencies.set(shingle, (frequencies.get(shingle) ?? 0) + 1);
  const rarest = [...frequencies].sort(([, left], [, right]) => left - right);
  const numbers = new Map(rarest.map(([shingle], number) => [shingle, number]));
  return sets.map((set) => Int32Array.from(set, (shingle) => numbers.get(shingle) ?? 0).sort());
}

function jaccard(left: Int32Array, right: Int32Array): number {
  let shared = 0;
  for (let l = 0, r = 0; l < left.length && r < right.length; ) {
    if (left[l] === right[r]) {
      shared += 1;
      l += 1;
      r += 1;
    } else if (left[l] < right[r]) l += 1;
    else r += 1;
  }
  return shared / (left.length + right.length - shared);
}

/** @returns pairs in the order of the later one; documents without a shingle are in none */
export function similarPairs(texts: readonly string[], { characters, similarity }: PairOptions): Pair[] {
  const sets = numbered(texts.map((text) => shinglesOf(text, characters)));
  const holders = new Map<number, number[]>();
  const pairs: Pair[] = [];
  for (const [later, set] of sets.entries()) {
    const candidates = new Set<number>();
    for (const shingle of set.subarray(0, set.length - Math.ceil(similarity * set.length) + 1)) {
      const before = holders.get(shingle);
      if (before === undefined) holders.set(shingle, [later]);
      else {
        for (const earlier of before) candidates.add(earlier);
        before.push(later);
      }
    }
    for (const earlier of candidates)
      if (jaccard(sets[earlier], set) >= similarity) pairs.push([earlier, later]);
  }
  return pairs;
}
