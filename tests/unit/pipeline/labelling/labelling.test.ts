import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cohenKappa, krippendorffAlpha } from '../../../../pipeline/labelling/agreement.ts';
import { createRule } from '../../../../pipeline/labelling/rules.ts';
import { uncertainty } from '../../../../pipeline/labelling/uncertainty.ts';
import { decideByVote } from '../../../../pipeline/labelling/vote.ts';
import golden from '../../../golden/agreement.json' with { type: 'json' };

const given = (answers: readonly (string | null)[]) => answers.map((it) => it ?? undefined);

describe('agreement', () => {
  it.each(golden.pairs)('has the kappa of scikit-learn: $kappa', ({ first, second, kappa }) => {
    expect(cohenKappa(given(first), given(second))).toBeCloseTo(kappa, 12);
  });

  it.each(golden.groups)('has the alpha of krippendorff: $alpha', ({ answers, alpha }) => {
    expect(krippendorffAlpha(answers.map(given))).toBeCloseTo(alpha, 12);
  });

  it('has no value where there is nothing to agree about', () => {
    expect(cohenKappa(['a', 'a'], ['a', 'a'])).toBeUndefined();
    expect(cohenKappa([undefined], ['a'])).toBeUndefined();
    expect(krippendorffAlpha([])).toBeUndefined();
    expect(
      krippendorffAlpha([
        ['a', undefined],
        [undefined, 'a'],
      ]),
    ).toBeUndefined();
  });
});

describe('decideByVote', () => {
  const votes = (...labels: string[]) => labels.map((label, at) => ({ voter: `v${at}`, label }));

  it('follows the majority, or weights', () => {
    expect(decideByVote(votes('a', 'b', 'b'))).toBe('b');
    expect(decideByVote(votes('a', 'b', 'b'), { weights: { v0: 2.5 } })).toBe('a');
  });

  it('decides no tie unless it is told how, and nothing by too few', () => {
    expect(decideByVote(votes('a', 'b'))).toBeUndefined();
    expect(decideByVote(votes('a', 'b'), { ties: ['c', 'b', 'a'] })).toBe('b');
    expect(
      decideByVote(votes('a', 'a', 'b', 'b'), { weights: { v0: 0.1, v1: 0.2, v2: 0.3, v3: 0 } }),
    ).toBeUndefined();
    expect(decideByVote(votes('a', 'a'), { minimumVotes: 3 })).toBeUndefined();
    expect(decideByVote([])).toBeUndefined();
    expect(decideByVote(votes('a'), { weights: { v0: 0 } })).toBeUndefined();
  });

  it('does not depend on the order of the votes', () => {
    const vote = fc.record({ voter: fc.constantFrom('x', 'y', 'z'), label: fc.constantFrom('a', 'b', 'c') });
    fc.assert(
      fc.property(fc.array(vote), (them) => {
        const options = { weights: { x: 2, y: 0.5 } };
        expect(decideByVote(them.toReversed(), options)).toBe(decideByVote(them, options));
      }),
    );
  });
});

describe('createRule', () => {
  const rule = createRule({ label: 'spam', words: ['free money', '무료'], unless: ['invoice'] });

  it.each([
    ['FREE  money now', 'spam'],
    ['무료로 드립니다', 'spam'],
    ['free moneys', undefined],
    ['carefree money', undefined],
    ['free money, see the invoice', undefined],
    ['전무료', undefined],
  ])('answers %j with %s', (text, label) => {
    expect(rule(text)).toBe(label);
  });

  it('reads a megabyte of what nearly fits', () => {
    expect(rule('free mone'.repeat(110_000))).toBeUndefined();
    expect(rule('free moneyx'.repeat(90_000))).toBeUndefined();
  });
});

describe('uncertainty', () => {
  it('is 0 of what is certain and 1 where nothing is known, by either measure', () => {
    for (const measure of ['entropy', 'margin'] as const) {
      expect(uncertainty([1, 0, 0], measure)).toBeCloseTo(0);
      expect(uncertainty([0.5, 0.5], measure)).toBeCloseTo(1);
      expect(uncertainty([1], measure)).toBe(0);
    }
    expect(uncertainty([0.5, 0.3, 0.2], 'margin')).toBeCloseTo(0.8);
    expect(uncertainty([0.5, 0.3, 0.2], 'entropy')).toBeCloseTo(0.937, 3);
  });
});
