import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countByteLevelWords, splitByteLevel } from '../../../../pipeline/tokenization/byte-level-words.ts';

// Made by tests/golden/make-bpe.py with Hugging Face tokenizers 0.23.3.
const golden = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../golden/${name}`, import.meta.url), 'utf8'));
const texts = [
  ...(golden('tokenization-strings.json') as string[]),
  ...(golden('tokenization-corpus.json') as string[]),
];
const { words } = golden('bpe.json') as { words: string[][] };

const whiteSpace = '\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
/** GPT-2's pattern, with Unicode's white space for `\s`. */
const pattern = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${whiteSpace}\\p{L}\\p{N}]+|[${whiteSpace}]+(?![^${whiteSpace}])|[${whiteSpace}]+`,
  'gu',
);

function split(text: string): string[] {
  const parts: string[] = [];
  splitByteLevel(text, (start, end) => void parts.push(text.slice(start, end)));
  return parts;
}

describe('splitByteLevel', () => {
  it.each(texts.map((text, index) => [text, words[index]] as const))(
    'splits %j as Hugging Face tokenizers does',
    (text, expected) => {
      expect(split(text.normalize('NFC'))).toEqual(expected);
    },
  );

  it("splits any text as GPT-2's pattern does", () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        ' ',
        '  ',
        '\n',
        '\t ',
        "'",
        "'s",
        " 're",
        "'ll",
        '9',
        'é',
        '밥',
        '𝔸',
        '𝟘',
        '😀',
        '\u0085',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        expect(split(text)).toEqual(text.match(pattern) ?? []);
      }),
    );
  });
});

describe('countByteLevelWords', () => {
  it('counts words with the space before them', () => {
    expect([...countByteLevelWords(['to be  or', "not to b\u00e9, don't"])]).toEqual([
      ['to', 1],
      [' be', 1],
      [' ', 1],
      [' or', 1],
      ['not', 1],
      [' to', 1],
      [' bé', 1],
      [',', 1],
      [' don', 1],
      ["'t", 1],
    ]);
  });

  it('counts a syllable once, whole or taken apart', () => {
    expect([...countByteLevelWords(['한', '한'.normalize('NFD')])]).toEqual([['한', 2]]);
  });
});
