// Counts of n-grams of all orders at once, in texts that are to be compared: a trie in a hash table with open addressing.
// Equal n-grams of different texts get the same number, so that matches are a walk over two arrays.

/** G n-grams, from 1; orders from 1. */
export interface NgramCounts {
  /** Number of different n-grams G; those that it holds are 1 to G. */
  readonly grams: number;
  /** Of each n-gram, how many symbols long it is. [G + 1] */
  readonly orders: Uint8Array;
  /** Of each sequence, how often each n-gram occurs in it. [G + 1] */
  readonly counts: readonly Int32Array[];
}

/**
 * @param sequences of symbols, 0 or more each
 * @param maximumOrder at least 1
 */
export function countNgrams(sequences: readonly Int32Array[], maximumOrder: number): NgramCounts {
  const positions = sequences.reduce((sum, { length }) => sum + length, 0);
  const most = positions * maximumOrder;
  const mask = 2 ** Math.ceil(Math.log2(Math.max(2, most * 2))) - 1;
  const slots = new Int32Array(mask + 1);
  const parents = new Int32Array(most + 1);
  const symbols = new Int32Array(most + 1);
  const orders = new Uint8Array(most + 1);
  let grams = 0;

  const childOf = (parent: number, symbol: number): number => {
    let slot = Math.imul(Math.imul(parent, 0x9e3779b1) ^ symbol, 0x85ebca6b);
    slot = (slot ^ (slot >>> 15)) & mask;
    for (let gram = slots[slot]; gram !== 0; gram = slots[slot]) {
      if (parents[gram] === parent && symbols[gram] === symbol) return gram;
      slot = (slot + 1) & mask;
    }
    grams += 1;
    slots[slot] = grams;
    parents[grams] = parent;
    symbols[grams] = symbol;
    orders[grams] = orders[parent] + 1;
    return grams;
  };

  const counts = sequences.map((sequence) => {
    const own = new Int32Array(most + 1);
    for (let start = 0; start < sequence.length; start += 1) {
      const end = Math.min(sequence.length, start + maximumOrder);
      for (let at = start, gram = 0; at < end; at += 1) {
        gram = childOf(gram, sequence[at]);
        own[gram] += 1;
      }
    }
    return own;
  });
  return { grams, orders, counts };
}

/** Gives equal words equal numbers. */
export function createNumbering(): (words: readonly string[]) => Int32Array {
  const numbers = new Map<string, number>();
  return (words) =>
    Int32Array.from(words, (word) => {
      let number = numbers.get(word);
      if (number === undefined) numbers.set(word, (number = numbers.size));
      return number;
    });
}
