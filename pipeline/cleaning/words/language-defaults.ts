// What the thresholds of the quality filters are where the model file does not say it, by language. English has datatrove's.
// Korean words are eojeol, which carry their particles with them: they are shorter than English words, and what stands for the
// English stop words are the commonest eojeol that stand alone.
import type { WordLanguage } from './word-splitter.ts';

interface GopherDefaults {
  readonly minimumMeanLength: number;
  readonly maximumMeanLength: number;
  readonly stopWords: readonly string[];
}

const english: GopherDefaults = {
  minimumMeanLength: 3,
  maximumMeanLength: 10,
  stopWords: ['the', 'be', 'to', 'of', 'and', 'that', 'have', 'with'],
};

const korean: GopherDefaults = {
  minimumMeanLength: 1.8,
  maximumMeanLength: 7,
  stopWords:
    '이 그 수 것 것이다 등 및 또는 그리고 있는 있다 있습니다 한 할 하는 하고 합니다 더 위해 대한 경우 때'.split(
      ' ',
    ),
};

export const gopherDefaults: Readonly<Record<WordLanguage, GopherDefaults>> = {
  en: english,
  ko: korean,
  other: { ...english, stopWords: [] },
};

/** Code points that a short line has at most: Hangul says in half the characters what Latin letters say. */
export const shortLineLength: Readonly<Record<WordLanguage, number>> = { en: 30, ko: 15, other: 30 };
