import { expect, it } from 'vitest';
import { stemWord } from '../../../../../pipeline/evaluation/generation/porter-stemmer.ts';
import { rougeGolden } from './golden.ts';

it('words have the stems that NLTK finds', () => {
  const words = Object.keys(rougeGolden.stems);
  expect(words.length).toBeGreaterThan(2_000);
  expect(Object.fromEntries(words.map((word) => [word, stemWord(word)]))).toEqual(rougeGolden.stems);
});

it('a word that is no word is stemmed in linear time', () => {
  for (const letters of ['y', 'al', 'ing', 'ss']) {
    const word = letters.repeat(50_000);
    expect(word.startsWith(stemWord(word).slice(0, -1))).toBe(true);
  }
});
