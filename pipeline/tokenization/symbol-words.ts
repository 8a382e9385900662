// The corpus' distinct words as runs of token ids in one flat array; a merge shortens runs in place.

/** Words as symbols. Word w stands in symbols[starts[w], starts[w] + lengths[w]). */
export interface SymbolWords {
  readonly symbols: Int32Array;
  /** [words] */
  readonly starts: Int32Array;
  /** [words] */
  readonly lengths: Int32Array;
  /** [words] how often each word stands in the corpus. */
  readonly counts: Float64Array;
}

/** Which pair is merged into which token. */
export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly merged: number;
}

/** Is told of each pair that a merge makes (sign +1) or takes away (sign -1) in a word. */
export type PairChange = (left: number, right: number, sign: 1 | -1, word: number) => void;

/**
 * Merges every occurrence of a pair in one word, from left to right.
 * @example [a ##b ##c] with ##b + ##c → ##bc: (a, ##b) -1, (a, ##bc) +1, the word becomes [a ##bc]
 */
export function mergeInWord(words: SymbolWords, word: number, merge: Merge, change: PairChange): void {
  const { symbols } = words;
  const { left, right, merged } = merge;
  const start = words.starts[word];
  const end = start + words.lengths[word];
  let write = start;
  for (let read = start; read < end; read += 1, write += 1) {
    const symbol = symbols[read];
    if (symbol !== left || read + 1 >= end || symbols[read + 1] !== right) {
      symbols[write] = symbol;
      continue;
    }
    if (write > start) {
      change(symbols[write - 1], left, -1, word);
      change(symbols[write - 1], merged, 1, word);
    }
    read += 1;
    if (read + 1 < end) {
      change(right, symbols[read + 1], -1, word);
      change(merged, symbols[read + 1], 1, word);
    }
    symbols[write] = merged;
  }
  words.lengths[word] = write - start;
}
