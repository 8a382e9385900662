// A hash table from words, given as UTF-16 units in a buffer, to counts: open addressing, linear probing, all words in
// one pool. It makes no string of a word that is already there, which is what counting mostly meets.

/** Words and how often each came. */
export interface WordTable {
  /** Counts the word that stands in buffer[0, length); hash is that of its units, see {@link hashUnit}. */
  readonly add: (buffer: Uint16Array, length: number, hash: number) => void;
  /** @returns the counts so far, words in the order of their first appearance. */
  readonly counts: () => Map<string, number>;
}

/** The hash of a word, unit by unit, starting at 0. */
export function hashUnit(hash: number, unit: number): number {
  return (Math.imul(hash, 0x01000193) + unit) | 0;
}

/** Spreads the hash's entropy over the low bits, which choose the slot. */
function slotHash(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 12);
}

function grown<T extends Int32Array | Uint16Array | Float64Array>(array: T, length: number): T {
  const Constructor = array.constructor as new (length: number) => T;
  const larger = new Constructor(length);
  larger.set(array);
  return larger;
}

// String.fromCharCode takes its units as arguments, and the stack holds a limited number of those.
const UNITS_PER_CALL = 8_192;

function textOf(units: Uint16Array): string {
  if (units.length <= UNITS_PER_CALL) return String.fromCharCode.apply(null, units as unknown as number[]);
  let text = '';
  for (let start = 0; start < units.length; start += UNITS_PER_CALL) {
    text += textOf(units.subarray(start, start + UNITS_PER_CALL));
  }
  return text;
}

/** Creates an empty table; it grows as words come. */
export function createWordTable(): WordTable {
  let slots = new Int32Array(1 << 15); // word number + 1, 0 where empty
  let pool = new Uint16Array(1 << 18);
  let starts = new Int32Array(1 << 14); // [words + 1] offsets in the pool
  let hashes = new Int32Array(1 << 14);
  let counts = new Float64Array(1 << 14);
  let words = 0;

  const rehash = (): void => {
    slots = new Int32Array(slots.length * 2);
    const mask = slots.length - 1;
    for (let word = 0; word < words; word += 1) {
      let slot = slotHash(hashes[word]) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = word + 1;
    }
  };

  const isWord = (word: number, buffer: Uint16Array, length: number): boolean => {
    const start = starts[word];
    if (starts[word + 1] - start !== length) return false;
    for (let index = 0; index < length; index += 1) if (pool[start + index] !== buffer[index]) return false;
    return true;
  };

  const append = (buffer: Uint16Array, length: number, hash: number): void => {
    const start = starts[words];
    if (words + 2 > counts.length) {
      [starts, hashes] = [grown(starts, starts.length * 2), grown(hashes, hashes.length * 2)];
      counts = grown(counts, counts.length * 2);
    }
    if (start + length > pool.length) pool = grown(pool, Math.max(pool.length * 2, start + length));
    for (let index = 0; index < length; index += 1) pool[start + index] = buffer[index];
    hashes[words] = hash;
    counts[words] = 1;
    words += 1;
    starts[words] = start + length;
    if (words * 2 > slots.length) rehash();
  };

  const add = (buffer: Uint16Array, length: number, hash: number): void => {
    const mask = slots.length - 1;
    let slot = slotHash(hash) & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const word = slots[slot] - 1;
      if (hashes[word] === hash && isWord(word, buffer, length)) {
        counts[word] += 1;
        return;
      }
    }
    slots[slot] = words + 1;
    append(buffer, length, hash);
  };

  return {
    add,
    counts: () => {
      const result = new Map<string, number>();
      for (let word = 0; word < words; word += 1) {
        result.set(textOf(pool.subarray(starts[word], starts[word + 1])), counts[word]);
      }
      return result;
    },
  };
}
