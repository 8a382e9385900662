import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import { countWords } from '../../../../pipeline/tokenization/count-words.ts';
import { specialTokens } from '../../../../pipeline/tokenization/vocabulary.ts';
import { trainWordPiece, trainWordPieceSteps } from '../../../../pipeline/tokenization/wordpiece-trainer.ts';

interface Golden {
  readonly kind: 'ordered' | 'set';
  readonly vocabularySize: number;
  readonly minimumFrequency: number;
  readonly limitAlphabet: number;
  readonly vocabulary: readonly string[];
}

// Made by tests/golden/make-tokenization.py with Hugging Face tokenizers 0.23.3.
const golden = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../golden/${name}`, import.meta.url), 'utf8'));
const corpus = golden('tokenization-corpus.json') as string[];
const cases = golden('wordpiece.json') as Golden[];

describe('trainWordPiece', () => {
  it.each(cases.filter(({ kind }) => kind === 'ordered'))(
    'gives the tokens and ids of Hugging Face tokenizers for size $vocabularySize, frequency $minimumFrequency, alphabet $limitAlphabet',
    ({ vocabulary, ...options }) => {
      expect(trainWordPiece(countWords(corpus), options).vocabulary).toEqual(vocabulary);
    },
  );

  it.each(cases.filter(({ kind }) => kind === 'set'))(
    'gives the set on which Hugging Face tokenizers agrees with itself for size $vocabularySize',
    ({ vocabulary, ...options }) => {
      expect(trainWordPiece(countWords(corpus), options).vocabulary.toSorted()).toEqual(
        vocabulary.toSorted(),
      );
    },
  );

  it('gives special tokens the ids 0 to 4', () => {
    const { vocabulary } = trainWordPiece([['low', 5]], { vocabularySize: 20 });
    expect(vocabulary.slice(0, 5)).toEqual(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']);
  });

  it('merges what two ways of merging spell alike into one token', () => {
    const words = [
      ['abc', 9],
      ['xbc', 9],
      ['abd', 5],
      ['xabc', 4],
      ['yabc', 4],
      ['zzab', 6],
    ] as const;
    const { vocabulary } = trainWordPiece(words, { vocabularySize: 1_000, minimumFrequency: 1 });
    expect(new Set(vocabulary).size).toBe(vocabulary.length);
    expect(vocabulary).toEqual(expect.arrayContaining(['abc', '##abc', 'xbc', 'zzab']));
  });

  it('refuses a corpus without a character', () => {
    const message = 'expected a corpus with at least one word to train a tokenizer on';
    const failure = new CoppiceFailure('InvalidInput', message);
    for (const words of [[], [['', 3]]] as [string, number][][]) {
      expect(() => trainWordPiece(words, { vocabularySize: 100 })).toThrow(failure);
    }
  });

  it('learns one token from a corpus of one character', () => {
    expect(trainWordPiece([['a', 1]], { vocabularySize: 100 }).vocabulary).toEqual([...specialTokens, 'a']);
  });

  it('keeps the alphabet whole where the vocabulary is to be smaller', () => {
    const { vocabulary } = trainWordPiece([['cab', 7]], { vocabularySize: 6 });
    expect(vocabulary).toEqual([...specialTokens, 'a', 'b', 'c', '##a', '##b']);
  });

  it('keeps the most frequent characters, of equal ones the lower, where the alphabet is limited', () => {
    const words = [
      ['b', 2],
      ['a', 2],
      ['c', 3],
      ['d', 1],
    ] as const;
    const { vocabulary } = trainWordPiece(words, { vocabularySize: 50, limitAlphabet: 2 });
    expect(vocabulary.slice(specialTokens.length)).toEqual(['a', 'c']);
  });

  it('writes a lone surrogate as U+FFFD, which JSON can carry', () => {
    const { vocabulary } = trainWordPiece(
      [
        ['a\ud800', 2],
        ['\udc00', 2],
      ],
      { vocabularySize: 100 },
    );
    expect(vocabulary.slice(specialTokens.length)).toEqual(['a', '\ufffd', '##\ufffd', 'a\ufffd']);
  });

  it('takes characters beyond the first plane as one', () => {
    const { vocabulary } = trainWordPiece([['👍🏽', 3]], { vocabularySize: 100 });
    expect(vocabulary.slice(specialTokens.length)).toEqual(['🏽', '👍', '##🏽', '👍🏽']);
  });

  it('reports progress up to the size asked for', () => {
    const seen: number[] = [];
    const onProgress = (done: number, total: number) => {
      expect(total).toBe(400);
      seen.push(done);
    };
    trainWordPiece(countWords(corpus), { vocabularySize: 400, onProgress });
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('gives the host a turn between steps and the same vocabulary', () => {
    const options = { vocabularySize: 500 };
    const steps = trainWordPieceSteps(countWords(corpus), options);
    expect(steps.next()).toMatchObject({ done: false, value: { total: 500 } });
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    expect(step.value).toEqual(trainWordPiece(countWords(corpus), options));
  });

  it('does not depend on the order of the words', () => {
    const letters = fc.string({
      unit: fc.constantFrom('a', 'b', 'c', '가', '나'),
      minLength: 1,
      maxLength: 8,
    });
    const entry = fc.tuple(letters, fc.integer({ min: 1, max: 5 }));
    const words = fc.uniqueArray(entry, { selector: ([word]) => word, minLength: 1, maxLength: 40 });
    const shuffled = words.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const options = { vocabularySize: 60, minimumFrequency: 1 };
        expect(trainWordPiece(other, options)).toEqual(trainWordPiece(one, options));
      }),
    );
  });
});
