// The loop of byte-pair encoding (Sennrich et al. 2016, arXiv:1508.07909): the most frequent pair of neighbours becomes a
// symbol, again and again. Same counts, same stale queue entries, same ties by id as Hugging Face tokenizers' BpeTrainer,
// which its WordPieceTrainer runs on too.
import type { MergeCandidate, MergeQueue } from './merge-queue.ts';
import { createMergeQueue } from './merge-queue.ts';
import type { PairTable } from './pair-table.ts';
import { createPairTable } from './pair-table.ts';
import type { SymbolWords } from './symbol-words.ts';
import { mergeInWord } from './symbol-words.ts';
import type { Vocabulary } from './vocabulary.ts';

/** How far training has come, in tokens. */
export interface TokenizerTrainingProgress {
  readonly done: number;
  readonly total: number;
}

export interface MergingOptions {
  /** Begins with what the words are spelled in; grows by a token a merge. */
  readonly vocabulary: Vocabulary;
  /** Tokens at which it ends. */
  readonly vocabularySize: number;
  /** Occurrences that a pair needs. */
  readonly minimumFrequency: number;
  /** What two tokens are called once they are one. */
  readonly join: (left: string, right: string) => string;
  /** Leaves out pairs whose token is there already, made of others; default false. */
  readonly newTokensOnly?: boolean;
}

/** What the loop over merges works on. */
interface Training {
  readonly words: SymbolWords;
  readonly pairs: PairTable;
  readonly queue: MergeQueue;
}

// Symbols looked at between two yields: well under a millisecond.
const SYMBOLS_PER_STEP = 1 << 15;

/**
 * Merges in short steps, so that the host can see to its event loop in between.
 * @param words changed in place
 * @returns the merged pairs in their order
 */
export function* learnMerges(
  words: SymbolWords,
  { vocabulary, vocabularySize, minimumFrequency, join, newTokensOnly = false }: MergingOptions,
): Generator<TokenizerTrainingProgress, [left: string, right: string][]> {
  const progress = (): TokenizerTrainingProgress => ({
    done: vocabulary.tokens.length,
    total: vocabularySize,
  });
  const training = countPairs(words);
  yield progress();

  const merges: [string, string][] = [];
  let pending = 0;
  while (vocabulary.tokens.length < vocabularySize) {
    const candidate = nextMerge(training);
    if (candidate === undefined || candidate.count < minimumFrequency) break;
    const left = vocabulary.tokens[candidate.left];
    const right = vocabulary.tokens[candidate.right];
    const joined = join(left, right);
    if (newTokensOnly && vocabulary.idOf(joined) !== undefined) continue;
    merges.push([left, right]);
    pending += applyMerge(training, candidate, vocabulary.add(joined));
    if (pending < SYMBOLS_PER_STEP) continue;
    pending = 0;
    yield progress();
  }
  return merges;
}

/** Counts the pairs of all words and queues each with the words that it stands in. */
function countPairs(words: SymbolWords): Training {
  const pairs = createPairTable();
  const standsIn: number[][] = [];
  for (let word = 0; word < words.counts.length; word += 1) {
    const end = words.starts[word] + words.lengths[word] - 1;
    for (let index = words.starts[word]; index < end; index += 1) {
      const pair = pairs.numberOf(words.symbols[index], words.symbols[index + 1]);
      pairs.add(pair, words.counts[word]);
      note(standsIn, pair, word);
    }
  }
  const queue = createMergeQueue();
  standsIn.forEach((list, pair) => enqueue({ words, pairs, queue }, pair, list));
  return { words, pairs, queue };
}

/** Adds a word to a pair's list; words come in ascending runs, so a repeated one is the last. */
function note(lists: number[][], at: number, word: number): void {
  if (at === lists.length) lists.push([word]);
  else if (lists[at].at(-1) !== word) lists[at].push(word);
}

function enqueue({ pairs, queue }: Training, pair: number, words: readonly number[]): void {
  const count = pairs.count(pair);
  if (count > 0) queue.push({ count, pair, left: pairs.left(pair), right: pairs.right(pair), words });
}

/** @returns the most frequent pair; entries whose count has gone stale go back into the queue with the true one. */
function nextMerge({ pairs, queue }: Training): MergeCandidate | undefined {
  for (;;) {
    const top = queue.pop();
    if (top === undefined || top.count === pairs.count(top.pair)) return top;
    top.count = pairs.count(top.pair);
    queue.push(top);
  }
}

/**
 * Merges a pair in the words of its entry and queues the pairs that this makes. The pair's own count stays as it was:
 * another entry of it, for other words, must still come to the same place in the queue.
 * @returns the symbols looked at
 */
function applyMerge(training: Training, candidate: MergeCandidate, merged: number): number {
  const { words, pairs } = training;
  const made = new Map<number, number>(); // pair → its place in standsIn
  const standsIn: number[][] = [];
  let looked = 0;
  const merge = { left: candidate.left, right: candidate.right, merged };
  const change = (left: number, right: number, sign: 1 | -1, word: number): void => {
    const pair = pairs.numberOf(left, right);
    pairs.add(pair, sign * words.counts[word]);
    if (sign < 0) return;
    let place = made.get(pair);
    if (place === undefined) {
      place = standsIn.length;
      made.set(pair, place);
    }
    note(standsIn, place, word);
  };
  for (const word of candidate.words) {
    looked += words.lengths[word];
    mergeInWord(words, word, merge, change);
  }
  for (const [pair, place] of made) enqueue(training, pair, standsIn[place]);
  return looked;
}
