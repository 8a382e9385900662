import { describe, expect, it } from 'vitest';
import { languagesTable } from '../../../../../pipeline/evaluation/report/languages-table.ts';

const row = (language: string) => ({
  ...{ language, documents: 1_200, words: 9, fertility: 1.25, charactersPerToken: 4 },
  ...{ wholeWordShare: 0.5, characterCoverage: 0.9987, unknownRate: 0.0004 },
});

describe('the table of languages', () => {
  it('names each language, with what the tokenizer is worth in it', () => {
    const languages = ['ko', 'und', 'mul'].map(row);
    const table = String(languagesTable({ tokenizer: { vocabularySize: 9, statistics: {}, languages } }));
    const cells = [...table.matchAll(/<t[hd][^>]*>([^<]*)/g)].map(([, text]) => text);
    const figures = ['1,200', '9', '1.250', '4.000', '50 %', '99.87 %', '0.04 %'];
    expect(cells.slice(9, 17)).toEqual(['Korean (ko)', ...figures]);
    expect(cells).toContain('not told: short or mixed');
    expect(cells).toContain('all others');
  });

  it('sets an extended vocabulary beside the one before it', () => {
    const languages = [{ ...row('ko'), before: { fertility: 4.5, unknownRate: 0.25 } }];
    const tokenizer = { vocabularySize: 6_000, statistics: {}, languages };
    const told = (added: number) =>
      String(languagesTable({ tokenizer: { ...tokenizer, extension: { before: 6_000 - added, added } } }));
    expect(told(2_000)).toMatch(
      /4,000 tokens, extended by\s+2,000 that were learned from this corpus, to 6,000/,
    );
    const cells = [...told(2_000).matchAll(/<t[hd][^>]*>([^<]*)/g)].map(([, text]) => text);
    expect(cells.slice(-5)).toEqual(['Korean (ko)', '4.500', '1.250', '25.00 %', '0.04 %']);
    expect(told(0)).not.toContain('before its vocabulary was extended');
    expect(String(languagesTable({ tokenizer }))).not.toContain('extended');
  });

  it('is left out where nothing was told', () => {
    expect(languagesTable({ tokenizer: { vocabularySize: 9, statistics: {} } })).toBeNull();
  });
});
