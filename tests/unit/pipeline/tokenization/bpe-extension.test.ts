import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExtendedBpe, ExtensionOptions } from '../../../../pipeline/tokenization/bpe-extension.ts';
import { extendBpeSteps } from '../../../../pipeline/tokenization/bpe-extension.ts';
import type { BpeVocabulary } from '../../../../pipeline/tokenization/bpe-trainer.ts';
import { trainBpe } from '../../../../pipeline/tokenization/bpe-trainer.ts';
import { countByteLevelWords } from '../../../../pipeline/tokenization/byte-level-words.ts';
import { readTrainedTokenizer } from '../../../../pipeline/tokenization/extend-tokenizer.ts';
import { writeByteLevelJson } from '../../../../pipeline/tokenization/tokenizer-json.ts';
import { loadTokenizer } from '../../../../runtimes/tokenizers/tokenizer.ts';

const read = (name: string): string =>
  readFileSync(new URL(`../../../golden/${name}`, import.meta.url), 'utf8');
// Made by tests/golden/make-bpe-extension.py with Hugging Face tokenizers 0.23.3.
const { corpus, cases, encodings } = JSON.parse(read('bpe-extension.json')) as {
  corpus: string[];
  cases: { options: ExtensionOptions; added: string[]; merges: [string, string][]; parts: number[][] }[];
  encodings: { text: string; ids: number[] }[];
};
const trained = readTrainedTokenizer(read('bpe-tokenizer.json'));

function extend(texts: readonly string[], known: BpeVocabulary, options: ExtensionOptions): ExtendedBpe {
  const steps = extendBpeSteps(countByteLevelWords(texts), known, options);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

async function encode(json: string, texts: readonly string[]): Promise<(readonly number[])[]> {
  const encoded = [];
  for await (const chunk of (await loadTokenizer(json)).encodeWhole(texts)) encoded.push(...chunk);
  return encoded;
}

describe('extending a byte-level BPE vocabulary', () => {
  it.each(cases)(
    'adds the tokens and merges that Hugging Face’s trainer finds in words of old tokens: $options',
    ({ options, added, merges, parts }) => {
      const extended = extend(corpus, trained, options);
      expect(extended.vocabulary).toEqual([...trained.vocabulary, ...added]);
      expect(extended.merges).toEqual([...trained.merges, ...merges]);
      expect(extended.parts).toEqual(parts);
    },
  );

  it('writes a file by which texts are encoded as Hugging Face’s library encodes them', async () => {
    const json = trained.withVocabulary(extend(corpus, trained, cases[0].options));
    const tokenizer = await loadTokenizer(json);
    for (const { text, ids } of encodings) {
      const encoded = await tokenizer.encode(text, 4_096);
      expect([...encoded.ids.subarray(0, encoded.length)]).toEqual(ids);
    }
  });

  it('only joins what the old tokenizer writes one after the other', async () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', ' '), maxLength: 24 });
    const texts = fc.array(letters, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(texts, texts, texts, async (first, second, unseen) => {
        const old = trainBpe(countByteLevelWords([...first, 'a']), {
          vocabularySize: 280,
          minimumFrequency: 1,
        });
        const size = old.vocabulary.length;
        const extended = extend(second, old, { vocabularySize: size + 12, minimumFrequency: 1 });
        expect(new Set(extended.vocabulary).size).toBe(extended.vocabulary.length);
        const asked = [...first, ...second, ...unseen];
        const before = await encode(writeByteLevelJson(old), asked);
        const after = await encode(writeByteLevelJson(extended), asked);
        const parts = after.map((ids) => ids.flatMap((id) => (id < size ? [id] : extended.parts[id - size])));
        expect(parts).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });

  it('leaves out a merge whose token is there already', () => {
    const vocabulary = trainBpe([['z', 1]], { vocabularySize: 1 }).vocabulary;
    // "bc" comes first, so "abc" is split into a bc although it is a token.
    const known: BpeVocabulary = {
      vocabulary: [...vocabulary, 'bc', 'ab', 'abc'],
      merges: [
        ['b', 'c'],
        ['a', 'b'],
        ['ab', 'c'],
      ],
    };
    const extended = extend(['abc abc'], known, { vocabularySize: 1_000 });
    expect(extended.vocabulary.slice(known.vocabulary.length)).toEqual([]);
    expect(extended.merges).toEqual(known.merges);
  });

  it('refuses a vocabulary that lacks a byte', () => {
    const known = { vocabulary: ['a', 'b'], merges: [] };
    expect(() => extend(['ab'], known, { vocabularySize: 9 })).toThrow(/in the vocabulary/);
  });
});
