// Figures of a collection of documents, gathered one by one in bounded memory.
import { wordsOf } from './words.ts';

/** A clean document as much of it as is counted. */
export interface Observed {
  readonly text: string;
  readonly source: string;
  readonly time?: string | undefined;
  readonly licence?: string | undefined;
  readonly label?: string | undefined;
}

export interface WordCount {
  /** How often it stands there. */
  readonly count: number;
  /** In how many documents. */
  readonly documents: number;
}

export interface DataStatistics {
  readonly documents: number;
  readonly sources: ReadonlyMap<string, number>;
  readonly labels: ReadonlyMap<string, number>;
  readonly languages: ReadonlyMap<string, number>;
  /** Documents that have the field. */
  readonly present: { readonly time: number; readonly licence: number; readonly label: number };
  /** Documents by the number of their characters, in steps of a sixteenth of a doubling; see `lengthStep`. */
  readonly lengths: ReadonlyMap<number, number>;
  /** The commonest words; rare ones are left out where there are very many. */
  readonly words: ReadonlyMap<string, WordCount>;
  /** Running words, those left out with them. */
  readonly runningWords: number;
}

/** Words that are counted at a time; then the rarer half makes room (Manku & Motwani 2002, lossy counting). */
const MOST_WORDS = 200_000;

/** @returns the step that a length falls into, 0 for no characters */
export const lengthStep = (characters: number): number => Math.floor(Math.log2(characters + 1) * 16);

/** @returns the least number of characters of a step */
export const stepStart = (step: number): number => Math.ceil(2 ** (step / 16) - 1);

/** @param languageOf ISO 639-1 code of a text, `und` where none can be told */
export function createStatistics(languageOf: (text: string) => string): {
  readonly add: (document: Observed) => void;
  readonly result: () => DataStatistics;
} {
  const sources = new Map<string, number>();
  const labels = new Map<string, number>();
  const languages = new Map<string, number>();
  const lengths = new Map<number, number>();
  let words = new Map<string, WordCount>();
  const present = { time: 0, licence: 0, label: 0 };
  let documents = 0;
  let runningWords = 0;

  const countWords = (text: string): void => {
    const seen = new Set<string>();
    for (const word of wordsOf(text)) {
      const { count, documents: before } = words.get(word) ?? { count: 0, documents: 0 };
      words.set(word, { count: count + 1, documents: before + (seen.has(word) ? 0 : 1) });
      seen.add(word);
      runningWords += 1;
    }
    if (words.size > MOST_WORDS) words = new Map(byCount(words).slice(0, MOST_WORDS / 2));
  };

  return {
    add: ({ text, source, time, licence, label }) => {
      documents += 1;
      increment(sources, source);
      increment(languages, languageOf(text));
      increment(lengths, lengthStep(text.length));
      if (time !== undefined) present.time += 1;
      if (licence !== undefined) present.licence += 1;
      if (label !== undefined) {
        present.label += 1;
        increment(labels, label);
      }
      countWords(text);
    },
    result: () => ({
      ...{ documents, sources, labels, languages, lengths, words, runningWords },
      present: { ...present },
    }),
  };
}

/** The commonest first; those that are as common in the order of their letters. */
export function byCount(words: ReadonlyMap<string, WordCount>): [string, WordCount][] {
  return [...words].sort(([left, a], [right, b]) => b.count - a.count || (left < right ? -1 : 1));
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
