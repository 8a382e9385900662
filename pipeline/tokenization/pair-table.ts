// Pairs of token ids, numbered in the order of their first appearance, and how often each stands in the corpus: open
// addressing with linear probing over typed arrays, since a Map would box every key above 31 bits.

/** Numbers and counts of pairs. */
export interface PairTable {
  /** @returns the pair's number; a new pair gets the next one and the count 0. */
  readonly numberOf: (left: number, right: number) => number;
  readonly add: (pair: number, occurrences: number) => void;
  readonly count: (pair: number) => number;
  readonly left: (pair: number) => number;
  readonly right: (pair: number) => number;
  readonly size: () => number;
}

function slotHash(left: number, right: number): number {
  const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

/** Creates an empty table; it grows as pairs come. */
export function createPairTable(): PairTable {
  let slots = new Int32Array(1 << 14); // pair number + 1, 0 where empty
  let lefts = new Int32Array(1 << 13);
  let rights = new Int32Array(1 << 13);
  let counts = new Float64Array(1 << 13);
  let size = 0;

  const grow = (): void => {
    const length = lefts.length * 2;
    const [olderLefts, olderRights, olderCounts] = [lefts, rights, counts];
    [lefts, rights, counts] = [new Int32Array(length), new Int32Array(length), new Float64Array(length)];
    lefts.set(olderLefts);
    rights.set(olderRights);
    counts.set(olderCounts);
    slots = new Int32Array(length * 2);
    const mask = slots.length - 1;
    for (let pair = 0; pair < size; pair += 1) {
      let slot = slotHash(lefts[pair], rights[pair]) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = pair + 1;
    }
  };

  const numberOf = (left: number, right: number): number => {
    const mask = slots.length - 1;
    let slot = slotHash(left, right) & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const pair = slots[slot] - 1;
      if (lefts[pair] === left && rights[pair] === right) return pair;
    }
    const pair = size;
    slots[slot] = pair + 1;
    lefts[pair] = left;
    rights[pair] = right;
    size += 1;
    if (size === lefts.length) grow(); // slots stay at most half full
    return pair;
  };

  return {
    numberOf,
    add: (pair, occurrences) => {
      counts[pair] += occurrences;
    },
    count: (pair) => counts[pair],
    left: (pair) => lefts[pair],
    right: (pair) => rights[pair],
    size: () => size,
  };
}
