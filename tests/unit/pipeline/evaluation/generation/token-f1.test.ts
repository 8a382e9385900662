import { describe, expect, it } from 'vitest';
import { tokenF1 } from '../../../../../pipeline/evaluation/generation/token-f1.ts';
import { tokenF1Golden } from './golden.ts';

const one = (hypothesis: string, references: readonly string[], tokens?: 'characters') =>
  tokenF1({ hypotheses: [hypothesis], references: [references] }, tokens && { tokens });

describe('token F1', () => {
  it.each(tokenF1Golden.cases)("is that of SQuAD's script for “$hypothesis”", (golden) => {
    expect(one(golden.hypothesis, golden.references).value).toBeCloseTo(golden.f1, 12);
  });

  it('is the mean over the examples, and over drawn ones', () => {
    const { value, statistic } = tokenF1({ hypotheses: ['x y', 'z'], references: [['x'], ['w']] });
    expect(value).toBeCloseTo(1 / 3, 12);
    expect(statistic(Int32Array.of(0, 0))).toBeCloseTo(2 / 3, 12);
  });

  it('counts Korean by characters where it is told to, and says so', () => {
    const { value, signature } = one('밥을 먹는다', ['밥을 먹었다'], 'characters');
    expect(value).toBeCloseTo(4 / 5, 12);
    expect(signature).toBe('f1|nrefs:1|tok:characters|agg:mean');
    expect(one('밥을 먹는다', ['밥을 먹었다']).value).toBe(0.5);
  });

  it('names itself where it has no value', () => {
    expect(() => tokenF1({ hypotheses: [], references: [] })).toThrow(
      'token F1 is undefined: there are no examples',
    );
  });

  it('reads articles without end in linear time', () => {
    expect(one('the a an '.repeat(50_000), ['']).value).toBe(1);
  });
});
