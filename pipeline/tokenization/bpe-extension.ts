// Goes on training a byte-level BPE vocabulary on another corpus: words are taken apart by the merges that there are, and
// further pairs are merged from there. Every old token keeps its id and every old merge its rank, and comes first in
// encoding too, so that what is new only joins what the old tokenizer would have written one after the other.
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { BpeVocabulary } from './bpe-trainer.ts';
import { spellInBytes } from './bpe-trainer.ts';
import { byteCharacters } from './byte-alphabet.ts';
import type { TokenizerTrainingProgress } from './merges.ts';
import { learnMerges } from './merges.ts';
import type { SymbolWords } from './symbol-words.ts';
import { mergeInWord } from './symbol-words.ts';
import type { Vocabulary } from './vocabulary.ts';
import { createVocabulary } from './vocabulary.ts';

export interface ExtensionOptions {
  /** Tokens wanted, old ones included. */
  readonly vocabularySize: number;
  /** Occurrences that a pair needs to be merged; default 2. */
  readonly minimumFrequency?: number;
}

/** What each new token was before: ids of the old tokens that its text was split into, in the order of the new ids. */
export type TokenParts = readonly (readonly number[])[];

export interface ExtendedBpe extends BpeVocabulary {
  readonly parts: TokenParts;
}

/**
 * Extends in short steps.
 * @param wordCounts words of `splitByteLevel`, each once, and how often each stands in the new corpus
 * @param known what there is
 * @returns old tokens and merges, then new ones, a token a merge; fewer than wanted where the corpus has no more pairs
 * @throws CoppiceFailure InvalidInput where `known` lacks a byte, or the token of a merge
 */
export function* extendBpeSteps(
  wordCounts: Iterable<readonly [word: string, count: number]>,
  known: BpeVocabulary,
  { vocabularySize, minimumFrequency = 2 }: ExtensionOptions,
): Generator<TokenizerTrainingProgress, ExtendedBpe> {
  const vocabulary = createVocabulary(known.vocabulary);
  const idOf = requireToken(vocabulary);
  const words = spellInBytes(wordCounts, Int32Array.from(byteCharacters, idOf));
  const progress = { done: vocabulary.tokens.length, total: vocabularySize };
  yield progress;
  yield* mergeKnownSteps(words, ranksOf(known.merges, idOf), progress);
  const join = (left: string, right: string): string => left + right;
  const options = { vocabulary, vocabularySize, minimumFrequency, join, newTokensOnly: true };
  const merges = yield* learnMerges(words, options);

  const oldSize = known.vocabulary.length;
  const parts: number[][] = [];
  const partsOf = (token: string): number[] => {
    const id = idOf(token);
    return id < oldSize ? [id] : parts[id - oldSize];
  };
  for (const [left, right] of merges) parts.push([...partsOf(left), ...partsOf(right)]);
  return { vocabulary: [...vocabulary.tokens], merges: [...known.merges, ...merges], parts };
}

const requireToken =
  (vocabulary: Vocabulary) =>
  (token: string): number => {
    const id = vocabulary.idOf(token);
    if (id === undefined)
      throw new CoppiceFailure('InvalidInput', `expected ${JSON.stringify(token)} in the vocabulary`);
    return id;
  };

/** What a pair becomes, and when. */
interface RankedMerge {
  readonly rank: number;
  readonly left: number;
  readonly right: number;
  readonly merged: number;
}

type Ranks = (left: number, right: number) => RankedMerge | undefined;

/** @param merges the first to be merged first */
function ranksOf(merges: BpeVocabulary['merges'], idOf: (token: string) => number): Ranks {
  const byLeft = new Map<number, Map<number, RankedMerge>>();
  for (const [rank, [leftToken, rightToken]] of merges.entries()) {
    const [left, right, merged] = [idOf(leftToken), idOf(rightToken), idOf(leftToken + rightToken)];
    const byRight = byLeft.get(left) ?? new Map<number, RankedMerge>();
    byLeft.set(left, byRight.set(right, { rank, left, right, merged }));
  }
  return (left, right) => byLeft.get(left)?.get(right);
}

// Symbols looked at between two yields: about a millisecond.
const SYMBOLS_PER_STEP = 1 << 14;

/** Applies merges to every word as encoding does: the one of the lowest rank that a word has, again and again. */
function* mergeKnownSteps(
  words: SymbolWords,
  ranks: Ranks,
  progress: TokenizerTrainingProgress,
): Generator<TokenizerTrainingProgress, void> {
  let pending = 0;
  for (let word = 0; word < words.counts.length; word += 1) {
    for (;;) {
      const next = firstMerge(words, word, ranks);
      pending += words.lengths[word];
      if (next === undefined) break;
      mergeInWord(words, word, next, () => undefined);
    }
    if (pending < SYMBOLS_PER_STEP) continue;
    pending = 0;
    yield progress;
  }
}

function firstMerge(words: SymbolWords, word: number, ranks: Ranks): RankedMerge | undefined {
  let first: RankedMerge | undefined;
  const end = words.starts[word] + words.lengths[word] - 1;
  for (let index = words.starts[word]; index < end; index += 1) {
    const found = ranks(words.symbols[index], words.symbols[index + 1]);
    if (found !== undefined && (first === undefined || found.rank < first.rank)) first = found;
  }
  return first;
}
