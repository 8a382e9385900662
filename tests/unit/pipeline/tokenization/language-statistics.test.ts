import { describe, expect, it } from 'vitest';
import {
  describeLanguages,
  gatherLanguagesSteps,
} from '../../../../pipeline/tokenization/language-statistics.ts';
import { noTokens } from '../../../../pipeline/tokenization/statistics.ts';

const UNKNOWN = 1;

/** Knows the words `the park`, and the letters a to z one by one. */
const tokenizer = {
  unknownId: UNKNOWN,
  encodeWhole: (texts: readonly string[]) =>
    (async function* () {
      yield await Promise.resolve(
        texts.map((text) =>
          text
            .trim()
            .split(' ')
            .flatMap((word) =>
              ['the', 'park'].includes(word)
                ? [99]
                : Array.from(word).map((letter) => (/[a-z]/.test(letter) ? letter.charCodeAt(0) : UNKNOWN)),
            ),
        ),
      );
    })(),
};

async function describeTexts(
  texts: readonly string[],
  languages: readonly string[],
  { tokens = [], unknown = [] }: { tokens?: number[]; unknown?: number[] } = {},
) {
  const counts = noTokens(texts.length);
  counts.tokens.set(tokens);
  counts.read.set(tokens);
  counts.unknown.set(unknown);
  const steps = gatherLanguagesSteps({ texts, languages, counts });
  for (;;) {
    const { done, value } = steps.next();
    if (done) return describeLanguages(value, tokenizer);
  }
}

describe('the figures of a tokenizer by language', () => {
  it('are fertility, characters a token, words kept whole, characters covered and unknown tokens', async () => {
    const texts = ['the park, the zoo', '밥 ok'];
    const [english, korean] = await describeTexts(texts, ['en', 'ko'], { tokens: [7, 3], unknown: [1, 1] });
    expect(english).toEqual({
      ...{ language: 'en', documents: 1, words: 4, fertility: 7 / 4, charactersPerToken: 17 / 7 },
      wholeWordShare: 3 / 4, // not zoo; the comma is no part of a word
      characterCoverage: 13 / 14, // not the comma
      unknownRate: 1 / 7,
    });
    expect(korean).toMatchObject({ language: 'ko', words: 2, characterCoverage: 2 / 3, unknownRate: 1 / 3 });
  });

  it('count a syllable once, whether it came composed or as its letters', async () => {
    const [row] = await describeTexts(['밥'.normalize('NFD'), '밥'], ['ko', 'ko'], { tokens: [1, 1] });
    expect(row.charactersPerToken).toBe(1);
  });

  it('stand by how many documents a language has, and the rarest share a row', async () => {
    const languages = ['b', 'a', 'a', ...Array.from({ length: 14 }, (_, index) => `c${index + 10}`)];
    const rows = await describeTexts(
      languages.map(() => 'the'),
      languages,
    );
    expect(rows.map(({ language }) => language)).toEqual([
      'a',
      'b',
      ...'0123456789'
        .split('')
        .map((n) => `c1${n}`)
        .slice(0, 9),
      'mul',
    ]);
    expect(rows.at(-1)?.documents).toBe(5);
  });

  it('cut no word of a long text in two', async () => {
    const text = 'the park '.repeat(20_000);
    const [row] = await describeTexts([text], ['en'], { tokens: [40_000] });
    expect(row).toMatchObject({ words: 40_000, wholeWordShare: 1, charactersPerToken: 4.5 });
  });

  it('are zeros for texts without a word', async () => {
    const [row] = await describeTexts(['', ' \n '], ['und', 'und']);
    expect(row).toMatchObject({
      documents: 2,
      words: 0,
      fertility: 0,
      wholeWordShare: 0,
      characterCoverage: 0,
    });
  });
});
