import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import type { BpeTrainingOptions } from '../../../../pipeline/tokenization/bpe-trainer.ts';
import { trainBpe } from '../../../../pipeline/tokenization/bpe-trainer.ts';
import { byteAlphabet } from '../../../../pipeline/tokenization/byte-alphabet.ts';
import { countByteLevelWords } from '../../../../pipeline/tokenization/byte-level-words.ts';
import { specialTokens } from '../../../../pipeline/tokenization/vocabulary.ts';

// Made by tests/golden/make-bpe.py with Hugging Face tokenizers 0.23.3.
const golden = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../golden/${name}`, import.meta.url), 'utf8'));
const corpus = golden('tokenization-corpus.json') as string[];
const { cases } = golden('bpe.json') as {
  cases: { options: BpeTrainingOptions; vocabulary: string[]; merges: [string, string][] }[];
};

describe('trainBpe', () => {
  it.each(cases)(
    'gives the tokens, ids and merges of Hugging Face tokenizers: $options',
    ({ options, vocabulary, merges }) => {
      expect(trainBpe(countByteLevelWords(corpus), options)).toEqual({ vocabulary, merges });
    },
  );

  it('finds low, est and er in low, lower, lowest and their like', () => {
    const words: [string, number][] = [
      ['low', 5],
      ['lower', 2],
      ['lowest', 2],
      ['taller', 3],
      ['tallest', 3],
      ['richer', 3],
      ['richest', 3],
    ];
    const { vocabulary } = trainBpe(words, { vocabularySize: 275 });
    expect(vocabulary).toEqual(expect.arrayContaining(['low', 'est', 'er']));
  });

  it('learns Hangul syllables from their bytes', () => {
    const { vocabulary } = trainBpe([['밥을', 9]], { vocabularySize: 300 });
    expect(vocabulary.at(-1)).toHaveLength(6); // two syllables of three bytes
  });

  it('keeps all bytes where the vocabulary is to be smaller', () => {
    const { vocabulary, merges } = trainBpe([['aa', 9]], { vocabularySize: 1 });
    expect(vocabulary).toEqual([...specialTokens, ...byteAlphabet]);
    expect(merges).toEqual([]);
  });

  it('learns nothing from a corpus of one character', () => {
    expect(trainBpe([['a', 9]], { vocabularySize: 300 }).merges).toEqual([]);
  });

  it('refuses a corpus without a word', () => {
    expect(() => trainBpe([], { vocabularySize: 300 })).toThrow(CoppiceFailure);
  });
});
