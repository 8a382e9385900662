// Texts as words for the quality filters. A piece between blanks is parted once and remembered, since most of a corpus is made of
// few pieces; words are numbers from there on, so that counting them compares no strings.

import { countCodePoints, isBlank } from './characters.ts';
import { baseExceptions, englishExceptions } from './exceptions.ts';
import { punctuation, terminalPunctuation } from './punctuation.ts';
import type { SplitChunk } from './split-chunk.ts';
import { createSplitChunk } from './split-chunk.ts';

/** Languages whose words the filters know; `other` parts punctuation from words, as for Korean. */
export type WordLanguage = 'en' | 'ko' | 'other';

/** What the words of a text are, by their numbers. */
export interface Vocabulary {
  readonly texts: readonly string[];
  /** In code points. */
  readonly lengths: readonly number[];
  /** 1 where the word has more than punctuation in it, else 0. */
  readonly wordly: readonly number[];
  /** 1 where a letter is in it, else 0. */
  readonly alphabetic: readonly number[];
}

/** A text as the numbers of its words. */
export interface Words {
  readonly ids: Int32Array;
  readonly vocabulary: Vocabulary;
}

export interface WordSplitter {
  /** The words of the last text are kept for the next filter that asks. */
  readonly split: (text: string) => Words;
  /** Sentences as spaCy's sentencizer counts them: one ends with its last mark before a word that is none. */
  readonly countSentences: (text: string) => number;
}

const LONGEST_PIECE = 256; // units; the rules look at longer ones, such as data in one line, window by window
const MOST_PIECES = 200_000; // remembered; then all are forgotten, before the next text

const PUNCTUATION_ONLY = /^\p{P}+$/u;
const LETTER = /\p{L}/u;

interface Memory {
  readonly pieces: Map<string, readonly number[]>;
  readonly ids: Map<string, number>;
  readonly vocabulary: {
    readonly texts: string[];
    readonly lengths: number[];
    readonly wordly: number[];
    readonly alphabetic: number[];
  };
  /** 1 a mark that ends sentences, 2 other punctuation, 0 neither. */
  readonly marks: number[];
}

function emptyMemory(): Memory {
  const vocabulary = { texts: [], lengths: [], wordly: [], alphabetic: [] };
  return { pieces: new Map(), ids: new Map(), vocabulary, marks: [] };
}

function learn({ ids, vocabulary, marks }: Memory, word: string): number {
  const known = ids.get(word);
  if (known !== undefined) return known;
  const id = ids.size;
  ids.set(word, id);
  vocabulary.texts.push(word);
  vocabulary.lengths.push(countCodePoints(word));
  vocabulary.wordly.push(Array.from(word).every((it) => punctuation.has(it)) ? 0 : 1);
  vocabulary.alphabetic.push(LETTER.test(word) ? 1 : 0);
  marks.push(terminalPunctuation.has(word) ? 1 : PUNCTUATION_ONLY.test(word) ? 2 : 0);
  return id;
}

/** Calls back for each piece between blanks, and says whether more than one space stood before it. */
function eachPiece(text: string, visit: (piece: string, afterGap: boolean) => void): void {
  for (let at = 0; at < text.length; ) {
    const blank = at;
    while (at < text.length && isBlank(text.charCodeAt(at))) at += 1;
    const gap = at - blank > 1 || (at > blank && text.charCodeAt(blank) !== 0x20);
    const start = at;
    while (at < text.length && !isBlank(text.charCodeAt(at))) at += 1;
    if (at > start) visit(text.slice(start, at), gap);
  }
}

const ENDS_WITHIN = /[\p{L}\p{N}]$/u;
const BEGINS_WITHIN = /^[\p{L}\p{N}]/u;

/** Parts a long piece window by window; a word that a window ends in goes on in the next. */
function partLong(piece: string, part: SplitChunk): string[] {
  const words: string[] = [];
  for (let from = 0; from < piece.length; from += LONGEST_PIECE) {
    const [first = '', ...rest] = part(piece.slice(from, from + LONGEST_PIECE));
    const before = piece.slice(Math.max(0, from - 2), from);
    if (ENDS_WITHIN.test(before) && BEGINS_WITHIN.test(first)) words[words.length - 1] += first;
    else words.push(first);
    words.push(...rest);
  }
  return words;
}

/** Makes what parts texts of one language; a recipe has one, which its steps share. */
export function createWordSplitter(language: WordLanguage): WordSplitter {
  const english = language === 'en';
  const part: SplitChunk = createSplitChunk(english ? englishExceptions() : baseExceptions(), { english });
  let memory = emptyMemory();
  let last: { text: string; words: Words } | undefined;
  let room = new Int32Array(4_096);

  const idsOf = (piece: string): readonly number[] => {
    const known = memory.pieces.get(piece);
    if (known) return known;
    const isLong = piece.length > LONGEST_PIECE;
    const ids = (isLong ? partLong(piece, part) : part(piece)).map((word) => learn(memory, word));
    if (!isLong) memory.pieces.set(piece, ids);
    return ids;
  };

  return {
    split: (text) => {
      if (last?.text === text) return last.words;
      if (memory.pieces.size > MOST_PIECES) memory = emptyMemory();
      let count = 0;
      eachPiece(text, (piece) => {
        const ids = idsOf(piece);
        while (count + ids.length > room.length) room = grown(room);
        for (let at = 0; at < ids.length; at += 1) room[count++] = ids[at];
      });
      const words = { ids: room.slice(0, count), vocabulary: memory.vocabulary };
      last = { text, words };
      return words;
    },
    countSentences: (text) => {
      let sentences = 1;
      let ended = false;
      eachPiece(text, (piece, afterGap) => {
        if (afterGap && ended) {
          sentences += 1;
          ended = false;
        }
        for (const id of idsOf(piece)) {
          const mark = memory.marks[id];
          if (mark === 1) ended = true;
          else if (ended && mark === 0) {
            sentences += 1;
            ended = false;
          }
        }
      });
      return sentences;
    },
  };
}

function grown(full: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * full.length);
  larger.set(full);
  return larger;
}
