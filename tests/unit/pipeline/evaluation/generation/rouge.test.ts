import { describe, expect, it } from 'vitest';
import { rouge } from '../../../../../pipeline/evaluation/generation/rouge.ts';
import { MetricUndefined } from '../../../../../pipeline/evaluation/metric-undefined.ts';
import { distance } from '../golden.ts';
import { rougeGolden } from './golden.ts';

const EXACT = 1e-9;
const kinds = ['1', '2', 'L', 'Lsum'] as const;
const segments = {
  hypotheses: rougeGolden.cases.map(({ hypothesis }) => hypothesis),
  references: rougeGolden.cases.map(({ references }) => references),
};

describe.each(kinds)('ROUGE-%s', (kind) => {
  it.each(['english', 'english-stems'] as const)('is that of rouge-score for %s', (tokenization) => {
    const { value, examples } = rouge(kind, segments, { tokenization });
    const theirs = rougeGolden.cases.map(({ scores }) => scores[tokenization][kind]);
    const ours = examples.flatMap(({ precision, recall, f1 }) => [precision, recall, f1]);
    expect(distance(ours, theirs.flat())).toBeLessThan(EXACT);
    const mean = theirs.reduce((sum, [, , f1]) => sum + f1, 0) / theirs.length;
    expect(distance([value], [mean])).toBeLessThan(EXACT);
  });

  it('is told of drawn examples, repeats counting', () => {
    const { statistic, examples } = rouge(kind, segments);
    expect(statistic(Int32Array.of(2, 2, 0))).toBeCloseTo((2 * examples[2].f1 + examples[0].f1) / 3, 12);
  });

  it('names itself where it has no value', () => {
    expect(() => rouge(kind, { hypotheses: [], references: [] })).toThrow(
      new MetricUndefined(`ROUGE-${kind}`, 'there are no examples'),
    );
    expect(() => rouge(kind, { hypotheses: ['a'], references: [] })).toThrow(
      '1 hypotheses against 0 references',
    );
  });
});

describe('ROUGE of Korean', () => {
  const korean = { hypotheses: ['밥을 먹었다.'], references: [['밥을 먹는다']] };

  it('is told by characters, where English words would tell nothing', () => {
    const { value, signature } = rouge('L', korean, { tokenization: 'characters' });
    expect(value).toBeCloseTo(4 / 5, 12); // 밥 을 먹 다 of five
    expect(signature).toBe('rouge:L|nrefs:1|tok:characters|agg:mean|version:0.1.2');
    expect(rouge('L', korean).value).toBe(0);
  });

  it('is told by morphemes of the caller, and says so', () => {
    const split = (text: string) => text.match(/밥|을|먹|었|는|다/g) ?? [];
    const { value, signature } = rouge('1', korean, { tokenization: { name: 'ko-morphemes', split } });
    expect(value).toBeCloseTo(4 / 5, 12);
    expect(signature).toContain('tok:ko-morphemes');
  });

  it('is told by words and characters where scripts stand beside one another', () => {
    const both = { hypotheses: ['Excel 함수들'], references: [['excel 함수']] };
    expect(rouge('1', both, { tokenization: 'mixed' }).examples[0].precision).toBeCloseTo(3 / 4, 12);
  });

  it('looks past the form of the characters', () => {
    const decomposed = { hypotheses: ['밥'.normalize('NFD')], references: [['밥']] };
    expect(rouge('1', decomposed, { tokenization: 'characters' }).value).toBe(1);
  });
});
