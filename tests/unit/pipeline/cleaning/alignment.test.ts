import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compose, identity, rangeInOriginal, rangeInText } from '../../../../pipeline/cleaning/alignment.ts';
import type { Rewrite } from '../../../../pipeline/cleaning/rewrites.ts';
import { rewrite, traceRewrites } from '../../../../pipeline/cleaning/rewrites.ts';

const rewrites: Rewrite[] = [
  { pattern: /\r\n?/g, by: '\n' },
  { form: 'NFKC' },
  { pattern: /advertisement/giu, by: '' },
  { pattern: /[ \t]+/g, by: ' ' },
  { pattern: /^\s+|\s+$/g, by: '' },
];

/** Text with what rewriting is about: white space, marks that combine, Hangul in letters, ligatures, emoji. */
const pieces = fc.constantFrom(
  ...[
    'a',
    'B',
    ' ',
    '  ',
    '\t',
    '\r\n',
    '\r',
    'é',
    'e\u0301',
    '\u1112\u1161\u11ab',
    'ﬁ',
    '\ud83d\ude00',
    'Ａ',
  ],
  ...[
    'advertisement',
    'ADVERTISEMENT',
    '\u0344',
    '\u0323\u0307',
    '\ud83c\udde9\ud83c\uddea',
    '\u093c',
    '\u0928',
  ],
);
const texts = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));

describe('traceRewrites', () => {
  it('makes the text that rewriting makes, and tiles it with stretches that are in the order of the original', () => {
    fc.assert(
      fc.property(texts, (original) => {
        const { text, alignment } = traceRewrites(original, rewrites);
        expect(text).toBe(rewrite(original, rewrites));
        expect(alignment.reduce((sum, [length]) => sum + length, 0)).toBe(text.length);
        for (const [, start, end] of alignment) expect(start).toBeLessThan(end);
        expect(alignment.every(([, start], at) => at === 0 || alignment[at - 1][1] <= start)).toBe(true);
        expect(alignment.at(-1)?.[2] ?? 0).toBeLessThanOrEqual(original.length);
      }),
    );
  });

  it('finds every letter that was left as it was where it stood', () => {
    const letters = fc.array(fc.constantFrom('a', 'B', ' ', '  ', '\r\n', 'advertisement', 'ﬁ'), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(letters, (parts) => {
        const original = parts.join('');
        const { text, alignment } = traceRewrites(original, rewrites);
        for (const { index } of text.matchAll(/[aB]/g)) {
          const range = rangeInOriginal(alignment, { start: index, end: index + 1 });
          expect(original.slice(range?.start, range?.end)).toBe(text[index]);
        }
      }),
    );
  });

  it('traces in two passes what it traces in one', () => {
    fc.assert(
      fc.property(texts, (original) => {
        const whole = traceRewrites(original, rewrites);
        const first = traceRewrites(original, rewrites.slice(0, 2));
        const second = traceRewrites(first.text, rewrites.slice(2));
        expect(compose(first.alignment, second.alignment)).toEqual(whole.alignment);
      }),
    );
  });
});

describe('rangeInText', () => {
  const original = '  The  ﬁrst\r\ncafe\u0301 of Ada';
  const { text, alignment } = traceRewrites(original, rewrites);
  const cleaned = (piece: string): string | undefined => {
    const start = original.indexOf(piece);
    const range = rangeInText(alignment, { start, end: start + piece.length });
    return range && text.slice(range.start, range.end);
  };

  it('finds what a range of the original became', () => {
    expect(text).toBe('The first\ncafé of Ada');
    expect(cleaned('The  ﬁrst')).toBe('The first');
    expect(cleaned('cafe\u0301')).toBe('café');
    expect(cleaned('Ada')).toBe('Ada');
  });

  it('takes whole what was made of several characters, and has nothing where all is gone', () => {
    expect(cleaned('cafe')).toBe('café');
    expect(rangeInText(alignment, { start: 0, end: 2 })).toBeUndefined();
    expect(rangeInText(alignment, { start: 500, end: 502 })).toBeUndefined();
  });

  it('leaves ranges of a text that nothing was done to', () => {
    expect(rangeInText(identity(9), { start: 2, end: 5 })).toEqual({ start: 2, end: 5 });
    expect(rangeInText(identity(9), { start: 2, end: 50 })).toEqual({ start: 2, end: 9 });
    expect(rangeInOriginal(identity(9), { start: 2, end: 5 })).toEqual({ start: 2, end: 5 });
  });
});
