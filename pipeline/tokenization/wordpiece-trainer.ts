// Trains a WordPiece vocabulary the way Hugging Face tokenizers' WordPieceTrainer does: byte-pair encoding (Sennrich et
// al. 2016, arXiv:1508.07909) over characters, those inside words with the prefix "##". Same counts, same stale queue
// entries, same ties by id. There the ids of "##" characters follow a hash map's order, which differs from run to run;
// here they follow code points, so that one corpus gives one vocabulary, whatever the order of its words.
import { CoppiceFailure } from '../../contracts/failures.ts';
import { alphabetOf, spellWords } from './alphabet.ts';
import type { MergeCandidate, MergeQueue } from './merge-queue.ts';
import { createMergeQueue } from './merge-queue.ts';
import type { PairTable } from './pair-table.ts';
import { createPairTable } from './pair-table.ts';
import type { SymbolWords } from './symbol-words.ts';
import { mergeInWord } from './symbol-words.ts';
import * as vocabularies from './vocabulary.ts';

export interface WordPieceTrainingOptions {
  /** Tokens wanted, special tokens included. The alphabet stays whole, so a smaller size is overrun by it. */
  readonly vocabularySize: number;
  /** Occurrences that a pair needs to be merged; default 2. */
  readonly minimumFrequency?: number;
  /** They get the first ids; default [PAD] [UNK] [CLS] [SEP] [MASK]. */
  readonly specialTokens?: readonly string[];
  /** Characters at most; default 1000, the most frequent. The others become [UNK], with the words they stand in. */
  readonly limitAlphabet?: number;
  /** Default "##". */
  readonly continuingPrefix?: string;
}

/** How far training has come, in tokens. */
export interface WordPieceProgress {
  readonly done: number;
  readonly total: number;
}

export interface WordPieceVocabulary {
  /** Tokens by id: special tokens, alphabet, alphabet with prefix, merges in the order of their making. */
  readonly vocabulary: string[];
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
 * Trains in short steps, so that the host can see to its event loop in between; the step that reads the words is the
 * longest, about 50 ms for 100,000 of them.
 * @param wordCounts normalised words, each once, and how often each stands in the corpus
 * @throws CoppiceFailure InvalidInput where there is no character to learn from
 */
export function* trainWordPieceSteps(
  wordCounts: Iterable<readonly [word: string, count: number]>,
  options: WordPieceTrainingOptions,
): Generator<WordPieceProgress, WordPieceVocabulary> {
  const { vocabularySize, minimumFrequency = 2, limitAlphabet = 1_000 } = options;
  const prefix = options.continuingPrefix ?? vocabularies.continuingPrefix;
  const vocabulary = vocabularies.createVocabulary();
  for (const token of options.specialTokens ?? vocabularies.specialTokens) vocabulary.add(token);
  const progress = (): WordPieceProgress => ({ done: vocabulary.tokens.length, total: vocabularySize });

  const texts: string[] = [];
  const counts: number[] = [];
  for (const [word, count] of wordCounts) {
    texts.push(word);
    counts.push(count);
  }
  const frequencies = Float64Array.from(counts);
  const alphabet = alphabetOf(texts, frequencies, limitAlphabet);
  if (alphabet.length === 0) {
    throw new CoppiceFailure(
      'InvalidInput',
      'expected a corpus with at least one word to train a tokenizer on',
    );
  }
  yield progress();
  const words = spellWords(texts, frequencies, { alphabet, vocabulary, prefix });
  yield progress();
  const training = countPairs(words);
  yield progress();

  let pending = 0;
  while (vocabulary.tokens.length < vocabularySize) {
    const candidate = nextMerge(training);
    if (candidate === undefined || candidate.count < minimumFrequency) break;
    const left = vocabulary.tokens[candidate.left];
    const right = vocabulary.tokens[candidate.right];
    const merged = vocabulary.add(left + (right.startsWith(prefix) ? right.slice(prefix.length) : right));
    pending += applyMerge(training, candidate, merged);
    if (pending < SYMBOLS_PER_STEP) continue;
    pending = 0;
    yield progress();
  }
  return { vocabulary: [...vocabulary.tokens] };
}

/**
 * Trains in one go.
 * @param wordCounts as of {@link trainWordPieceSteps}; `countWords` gives them
 * @example trainWordPiece([['low', 5], ['lower', 2]], { vocabularySize: 40 }).vocabulary.at(-1) → 'lower'
 */
export function trainWordPiece(
  wordCounts: Iterable<readonly [word: string, count: number]>,
  options: WordPieceTrainingOptions & { readonly onProgress?: (done: number, total: number) => void },
): WordPieceVocabulary {
  const steps = trainWordPieceSteps(wordCounts, options);
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) options.onProgress?.(step.value.done, step.value.total);
  return step.value;
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
