// Goes on training a WordPiece vocabulary on another corpus: characters of words that it cannot write come first, then
// pairs of the pieces that words are split into are merged as the trainer merges them. Old pieces keep their ids.
import type { ExtensionOptions, TokenParts } from './bpe-extension.ts';
import type { TokenizerTrainingProgress } from './merges.ts';
import { learnMerges } from './merges.ts';
import type { SymbolWords } from './symbol-words.ts';
import { MAXIMUM_CHARACTERS_PER_WORD } from './tokenizer-json.ts';
import type { Vocabulary } from './vocabulary.ts';
import { continuingPrefix, createVocabulary } from './vocabulary.ts';

/** Of the trainer too; the most frequent ones. */
const MOST_NEW_CHARACTERS = 1_000;

const UNKNOWN = '[UNK]';

export interface ExtendedWordPiece {
  /** Tokens by id: the old ones, new characters, merges in the order of their making. */
  readonly vocabulary: string[];
  /** Of what the old vocabulary could not write: its unknown token. */
  readonly parts: TokenParts;
}

type Word = readonly [text: string, count: number];

/**
 * Extends in short steps.
 * @param wordCounts normalised words, each once, and how often each stands in the new corpus
 * @param known tokens by id, continuations with "##"
 * @returns old and new pieces, never more than wanted
 */
export function* extendWordPieceSteps(
  wordCounts: Iterable<Word>,
  known: readonly string[],
  { vocabularySize, minimumFrequency = 2 }: ExtensionOptions,
): Generator<TokenizerTrainingProgress, ExtendedWordPiece> {
  const old = createVocabulary(known);
  const vocabulary = createVocabulary(known);
  // Longer words are unknown to every vocabulary.
  const words = [...wordCounts].filter(([text]) => Array.from(text).length <= MAXIMUM_CHARACTERS_PER_WORD);
  const progress = (): TokenizerTrainingProgress => ({
    done: vocabulary.tokens.length,
    total: vocabularySize,
  });
  yield progress();
  const unwritten: Word[] = [];
  for (const [index, word] of words.entries()) {
    if (splitWord(word[0], old) === undefined) unwritten.push(word);
    if (index % WORDS_PER_STEP === 0) yield progress();
  }
  const room = Math.max(0, vocabularySize - known.length);
  for (const piece of missingCharacters(unwritten, old, Math.min(room, MOST_NEW_CHARACTERS)))
    vocabulary.add(piece);
  const spelled = yield* spellSteps(words, vocabulary, progress);
  const join = (left: string, right: string): string => left + withoutPrefix(right);
  yield* learnMerges(spelled, { vocabulary, vocabularySize, minimumFrequency, join });
  const unknown = old.idOf(UNKNOWN) ?? 0;
  const parts = vocabulary.tokens.slice(known.length).map((piece) => {
    const inside = piece.startsWith(continuingPrefix);
    return splitWord(withoutPrefix(piece), old, inside) ?? [unknown];
  });
  return { vocabulary: [...vocabulary.tokens], parts };
}

// About a millisecond of work.
const WORDS_PER_STEP = 500;

const withoutPrefix = (piece: string): string =>
  piece.startsWith(continuingPrefix) ? piece.slice(continuingPrefix.length) : piece;

/**
 * Splits as WordPiece encodes: the longest piece that fits, from left to right.
 * @param inside whether the text continues a word
 * @returns ids, undefined where no piece fits
 */
function splitWord(text: string, vocabulary: Vocabulary, inside = false): number[] | undefined {
  const characters = Array.from(text);
  const ids: number[] = [];
  for (let start = 0; start < characters.length; ) {
    const prefix = inside || start > 0 ? continuingPrefix : '';
    let end = characters.length;
    let id: number | undefined;
    for (; end > start; end -= 1) {
      id = vocabulary.idOf(prefix + characters.slice(start, end).join(''));
      if (id !== undefined) break;
    }
    if (id === undefined) return undefined;
    ids.push(id);
    start = end;
  }
  return ids;
}

/** @returns pieces of one character that words need, the most frequent ones, in the order of their code points */
function missingCharacters(words: readonly Word[], known: Vocabulary, most: number): string[] {
  const frequency = new Map<string, number>();
  for (const [text, count] of words) {
    for (const [index, character] of Array.from(text).entries()) {
      const piece = (index === 0 ? '' : continuingPrefix) + character;
      if (known.idOf(piece) === undefined) frequency.set(piece, (frequency.get(piece) ?? 0) + count);
    }
  }
  const byCodePoint = (a: string, b: string): number => (a < b ? -1 : 1);
  return [...frequency]
    .sort(([a, often], [b, more]) => more - often || byCodePoint(a, b))
    .slice(0, most)
    .map(([piece]) => piece)
    .sort(byCodePoint);
}

/** Spells the words in the pieces that they are split into; those that cannot be written are left out. */
function* spellSteps(
  words: readonly Word[],
  vocabulary: Vocabulary,
  progress: () => TokenizerTrainingProgress,
): Generator<TokenizerTrainingProgress, SymbolWords> {
  const [symbols, starts, lengths, counts]: number[][] = [[], [], [], []];
  for (const [index, [text, count]] of words.entries()) {
    if (index % WORDS_PER_STEP === 0) yield progress();
    const ids = splitWord(text, vocabulary);
    if (ids === undefined) continue;
    starts.push(symbols.length);
    lengths.push(ids.length);
    counts.push(count);
    for (const id of ids) symbols.push(id);
  }
  return {
    symbols: Int32Array.from(symbols),
    starts: Int32Array.from(starts),
    lengths: Int32Array.from(lengths),
    counts: Float64Array.from(counts),
  };
}
