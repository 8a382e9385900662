// Trains a byte-level BPE vocabulary (Radford et al. 2019, section 2.2) whose tokens, ids and merges are those of Hugging
// Face tokenizers' BpeTrainer with the alphabet of all bytes: no text has an unknown token.
import { CoppiceFailure } from '../../contracts/failures.ts';
import { byteAlphabet, byteCharacters } from './byte-alphabet.ts';
import type { TokenizerTrainingProgress } from './merges.ts';
import { learnMerges } from './merges.ts';
import type { SymbolWords } from './symbol-words.ts';
import * as vocabularies from './vocabulary.ts';

export interface BpeTrainingOptions {
  /** Tokens wanted, special tokens and 256 bytes included; those stay where it is smaller. */
  readonly vocabularySize: number;
  /** Occurrences that a pair needs to be merged; default 2. */
  readonly minimumFrequency?: number;
  /** They get the first ids; default [PAD] [UNK] [CLS] [SEP] [MASK]. */
  readonly specialTokens?: readonly string[];
}

export interface BpeVocabulary {
  /** Tokens by id: special tokens, bytes, merges in the order of their making. */
  readonly vocabulary: string[];
  /** Pairs of tokens, the first to be merged first. */
  readonly merges: readonly (readonly [left: string, right: string])[];
}

/**
 * Trains in short steps.
 * @param wordCounts words of `splitByteLevel`, each once, and how often each stands in the corpus
 * @throws CoppiceFailure InvalidInput where there is no word to learn from
 */
export function* trainBpeSteps(
  wordCounts: Iterable<readonly [word: string, count: number]>,
  { vocabularySize, minimumFrequency = 2, specialTokens = vocabularies.specialTokens }: BpeTrainingOptions,
): Generator<TokenizerTrainingProgress, BpeVocabulary> {
  const vocabulary = vocabularies.createVocabulary();
  for (const token of specialTokens) vocabulary.add(token);
  const ids = new Map(byteAlphabet.map((character) => [character, vocabulary.add(character)]));
  const byteIds = Int32Array.from(byteCharacters, (character) => ids.get(character) ?? 0);
  const words = spellInBytes(wordCounts, byteIds);
  if (words.counts.length === 0) {
    const message = 'expected a corpus with at least one word to train a tokenizer on';
    throw new CoppiceFailure('InvalidInput', message);
  }
  yield { done: vocabulary.tokens.length, total: vocabularySize };
  const join = (left: string, right: string): string => left + right;
  const merges = yield* learnMerges(words, { vocabulary, vocabularySize, minimumFrequency, join });
  return { vocabulary: [...vocabulary.tokens], merges };
}

/** Trains in one go. */
export function trainBpe(
  wordCounts: Iterable<readonly [word: string, count: number]>,
  options: BpeTrainingOptions,
): BpeVocabulary {
  const steps = trainBpeSteps(wordCounts, options);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/**
 * @param byteIds [256] the id of each byte
 * @returns the words as ids of their UTF-8 bytes; a lone surrogate counts as U+FFFD
 */
export function spellInBytes(
  wordCounts: Iterable<readonly [word: string, count: number]>,
  byteIds: Int32Array,
): SymbolWords {
  const encoder = new TextEncoder();
  const counts: number[] = [];
  const starts: number[] = [];
  const lengths: number[] = [];
  let bytes = new Uint8Array(1 << 10);
  let symbols = new Int32Array(1 << 16);
  let size = 0;
  for (const [word, count] of wordCounts) {
    if (bytes.length < 3 * word.length) bytes = new Uint8Array(6 * word.length); // a unit takes three bytes at most
    const { written } = encoder.encodeInto(word, bytes);
    if (size + written > symbols.length) {
      const larger = new Int32Array(2 * (size + written));
      larger.set(symbols);
      symbols = larger;
    }
    for (let index = 0; index < written; index += 1) symbols[size + index] = byteIds[bytes[index]];
    counts.push(count);
    starts.push(size);
    lengths.push(written);
    size += written;
  }
  return {
    symbols,
    starts: Int32Array.from(starts),
    lengths: Int32Array.from(lengths),
    counts: Float64Array.from(counts),
  };
}
