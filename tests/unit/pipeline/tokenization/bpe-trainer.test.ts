import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import type { BpeTrainingOptions } from '../../../../pipeline/tokenization/bpe-trainer.ts';
import { trainBpe, trainBpeSteps } from '../../../../pipeline/tokenization/bpe-trainer.ts';
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

  it('reads a lone surrogate as U+FFFD', () => {
    const [whole, half] = ['\ufffd\ufffd', '\ud800\ud800'].map((word) =>
      trainBpe([[word, 9]], { vocabularySize: 300 }),
    );
    expect(half.merges.length).toBeGreaterThan(0);
    expect(half).toEqual(whole);
  });

  it('tells how far it has come, up to the size asked for, and gives the host turns in between', () => {
    const options = { vocabularySize: 300 };
    const words = Array.from({ length: 9_000 }, (_, index) => [index.toString(5), 1 + (index % 7)] as const);
    const steps = trainBpeSteps(words, options);
    const seen: number[] = [];
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) {
      expect(step.value.total).toBe(300);
      seen.push(step.value.done);
    }
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(step.value).toEqual(trainBpe(words, options));
  });

  it('does not depend on the order of the words', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '가', '나'), minLength: 1, maxLength: 6 });
    const counts = fc.uniqueArray(fc.tuple(word, fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
      selector: ([text]) => text,
    });
    const shuffled = counts.chain((words) =>
      fc.tuple(fc.constant(words), fc.shuffledSubarray(words, { minLength: words.length })),
    );
    fc.assert(
      fc.property(shuffled, ([words, other]) => {
        const options = { vocabularySize: 280 };
        expect(trainBpe(other, options)).toEqual(trainBpe(words, options));
      }),
    );
  });

  it('refuses a corpus without a word', () => {
    expect(() => trainBpe([], { vocabularySize: 300 })).toThrow(CoppiceFailure);
  });
});
