// How much of a text is said by repeated runs of words (Rae et al. 2021, arXiv:2112.11446, table A1): over numbers of words, in
// tables of fixed size a text, so that time and memory grow with its length alone.
import type { Words } from './word-splitter.ts';

export interface RepeatedWords {
  /** @returns code points of all occurrences of the most frequent run of n words, blanks between them included */
  readonly topCharacters: (n: number) => number;
  /** @returns code points of runs of n words that stood before; one that is counted is passed over as a whole */
  readonly duplicateCharacters: (n: number) => number;
}

const BASE = 0x9e3779b1; // odd, so that powers keep their low bits

/** @returns counters over these words */
export function countRepeatedWords({ ids, vocabulary: { lengths } }: Words): RepeatedWords {
  const size = 1 << (32 - Math.clz32(Math.max(8, 2 * ids.length)));
  const table = new Int32Array(size); // position + 1 of the first run that hashes here, by linear probing
  const prefixes = new Int32Array(ids.length + 1);
  for (let at = 0; at < ids.length; at += 1)
    prefixes[at + 1] = Math.imul(prefixes[at], BASE) + Math.imul(ids[at] + 1, 0x85ebca6b);
  let unique = false; // runs of some length, and so all longer ones

  const equal = (left: number, right: number, n: number): boolean => {
    for (let at = 0; at < n; at += 1) if (ids[left + at] !== ids[right + at]) return false;
    return true;
  };
  /** @returns where the run at a position stood first: there itself, where it is new */
  const firstOf = (at: number, n: number, power: number): number => {
    let hash = prefixes[at + n] - Math.imul(prefixes[at], power);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & (size - 1);
    for (; table[slot] !== 0; slot = (slot + 1) & (size - 1))
      if (equal(table[slot] - 1, at, n)) return table[slot] - 1;
    table[slot] = at + 1;
    return at;
  };
  const powerOf = (n: number): number => {
    let power = 1;
    for (let at = 0; at < n; at += 1) power = Math.imul(power, BASE);
    return power;
  };
  const lengthAt = (at: number, n: number): number => {
    let length = 0;
    for (let offset = 0; offset < n; offset += 1) length += lengths[ids[at + offset]];
    return length;
  };

  return {
    topCharacters: (n) => {
      if (ids.length < n) return 0;
      let [top, most] = [0, 1];
      if (!unique) {
        table.fill(0);
        const counts = new Int32Array(ids.length);
        const power = powerOf(n);
        for (let at = 0; at + n <= ids.length; at += 1) {
          const first = firstOf(at, n, power);
          counts[first] += 1;
          if (counts[first] > most) most = counts[first];
        }
        top = Math.max(0, counts.indexOf(most));
        unique = most === 1;
      }
      return (lengthAt(top, n) + n - 1) * most;
    },
    duplicateCharacters: (n) => {
      if (unique) return 0;
      table.fill(0);
      const power = powerOf(n);
      let characters = 0;
      for (let at = 0; at + n <= ids.length; ) {
        if (firstOf(at, n, power) === at) at += 1;
        else {
          characters += lengthAt(at, n);
          at += n;
        }
      }
      unique = characters === 0;
      return characters;
    },
  };
}
