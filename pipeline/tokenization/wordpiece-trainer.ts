// Trains a WordPiece vocabulary the way Hugging Face tokenizers' WordPieceTrainer does: byte-pair encoding over
// characters, those inside words with the prefix "##". There the ids of "##" characters follow a hash map's order, which differs from run to run;
// here they follow code points, so that one corpus gives one vocabulary, whatever the order of its words.
import { CoppiceFailure } from '../../contracts/failures.ts';
import { alphabetOf, spellWords } from './alphabet.ts';
import type { TokenizerTrainingProgress } from './merges.ts';
import { learnMerges } from './merges.ts';
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

export interface WordPieceVocabulary {
  /** Tokens by id: special tokens, alphabet, alphabet with prefix, merges in the order of their making. */
  readonly vocabulary: string[];
}

/**
 * Trains in short steps, so that the host can see to its event loop in between; the step that reads the words is the
 * longest, about 50 ms for 100,000 of them.
 * @param wordCounts normalised words, each once, and how often each stands in the corpus
 * @throws CoppiceFailure InvalidInput where there is no character to learn from
 */
export function* trainWordPieceSteps(
  wordCounts: Iterable<readonly [word: string, count: number]>,
  options: WordPieceTrainingOptions,
): Generator<TokenizerTrainingProgress, WordPieceVocabulary> {
  const { vocabularySize, minimumFrequency = 2, limitAlphabet = 1_000 } = options;
  const prefix = options.continuingPrefix ?? vocabularies.continuingPrefix;
  const vocabulary = vocabularies.createVocabulary();
  for (const token of options.specialTokens ?? vocabularies.specialTokens) vocabulary.add(token);
  const progress = (): TokenizerTrainingProgress => ({
    done: vocabulary.tokens.length,
    total: vocabularySize,
  });

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
  const join = (left: string, right: string): string =>
    left + (right.startsWith(prefix) ? right.slice(prefix.length) : right);
  yield* learnMerges(words, { vocabulary, vocabularySize, minimumFrequency, join });
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
