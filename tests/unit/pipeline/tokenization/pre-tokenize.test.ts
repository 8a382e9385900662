import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countWords,
  countWordsSteps,
  createWordCounter,
} from '../../../../pipeline/tokenization/count-words.ts';
import type { NormalizationOptions } from '../../../../pipeline/tokenization/pre-tokenize.ts';
import { normalizeText, preTokenize } from '../../../../pipeline/tokenization/pre-tokenize.ts';

type Golden = Required<NormalizationOptions> & { readonly normalized: string[]; readonly words: string[][] };

// Made by tests/golden/make-tokenization.py with Hugging Face tokenizers 0.23.3.
const golden = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../golden/${name}`, import.meta.url), 'utf8'));
const strings = golden('tokenization-strings.json') as string[];
const { normalized: cases } = golden('tokenization.json') as { normalized: Golden[] };

/** Counts with the functions that the counter's fast way must agree with. */
function countPlainly(texts: readonly string[], options: NormalizationOptions): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of preTokenize(normalizeText(text, options)))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

const title = 'with lowercase $lowercase, stripAccents $stripAccents, spaceCjk $spaceCjk';

describe('normalizeText and preTokenize', () => {
  it.each(cases)(
    `equal NFC, BertNormalizer and BertPreTokenizer ${title}`,
    ({ normalized, words, ...options }) => {
      expect(strings.map((text) => normalizeText(text, options))).toEqual(normalized);
      expect(normalized.map(preTokenize)).toEqual(words);
    },
  );

  it('keep Hangul syllables whole unless accents are stripped', () => {
    expect(normalizeText('한국')).toBe('한국');
    expect(normalizeText('한국'.normalize('NFD'))).toBe('한국');
    expect(Array.from(normalizeText('한국', { stripAccents: true }))).toHaveLength(6);
  });

  it('drop lone surrogates', () => {
    expect(normalizeText('a\ud800b \udc00')).toBe('ab ');
    expect(preTokenize('a\ud800')).toEqual(['a\ud800']);
  });
});

describe('countWords', () => {
  it.each(cases)(`counts the words of preTokenize ${title}`, ({ words, normalized, ...options }) => {
    const counts = new Map<string, number>();
    for (const word of words.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
    expect(countWords(strings, options)).toEqual(counts);
    expect(normalized).toHaveLength(strings.length);
  });

  it('agrees with preTokenize on any text', () => {
    const pieces = fc.constantFrom(
      ...strings,
      'é',
      '\u0301',
      '한',
      '李',
      'Σ',
      '\ud800',
      '\udc00',
      ' ',
      '!',
      'İ',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((parts) => parts.join('')),
    );
    const options = fc.record({
      lowercase: fc.boolean(),
      stripAccents: fc.boolean(),
      spaceCjk: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), options, (texts, normalization) => {
        expect(countWords(texts, normalization)).toEqual(countPlainly(texts, normalization));
      }),
    );
  });

  it('counts many and long words while its tables grow', () => {
    const many = Array.from({ length: 40_000 }, (_, index) => `w${index % 30_000}`);
    const long = 'x'.repeat(400_000);
    const counts = countWords([many.join(' '), long, `${long}é`]);
    expect(counts.size).toBe(30_002);
    expect(counts.get('w9999')).toBe(2);
    expect(counts.get('w29999')).toBe(1);
    expect(counts.get(long)).toBe(1);
  });

  it('gives nothing for no text', () => {
    expect(countWords([])).toEqual(new Map());
    expect(countWords(['', ' \n'])).toEqual(new Map());
  });

  it('gives the host a turn after every 32,768 units of text', () => {
    const texts = Array.from({ length: 10 }, () => 'word '.repeat(5_000));
    const steps = countWordsSteps(texts);
    expect(steps.next().value).toEqual({ texts: 2 });
    let turns = 1;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) turns += 1;
    expect(turns).toBe(5);
    expect(step.value).toEqual(new Map([['word', 50_000]]));
  });

  it('counts texts that come one by one', () => {
    const counter = createWordCounter({ lowercase: false });
    counter.add('To be, or');
    counter.add('not to be');
    expect([...counter.counts()]).toEqual([
      ['To', 1],
      ['be', 2],
      [',', 1],
      ['or', 1],
      ['not', 1],
      ['to', 1],
    ]);
  });
});
