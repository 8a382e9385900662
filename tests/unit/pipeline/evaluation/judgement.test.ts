// Intervals and tests beside statsmodels and scipy; tests/golden/make-judgement.py makes their numbers.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bcaShares } from '../../../../pipeline/evaluation/bca.ts';
import { allOf, estimateOn, quantile } from '../../../../pipeline/evaluation/bootstrap.ts';
import { compareAnswers, mcNemar } from '../../../../pipeline/evaluation/mcnemar.ts';
import { normalCdf, normalQuantile } from '../../../../pipeline/evaluation/normal.ts';
import { holm, scoreTest, wilsonInterval } from '../../../../pipeline/evaluation/proportions.ts';
import { expectClose } from '../../../support/expect-close.ts';

interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}

const golden = JSON.parse(
  readFileSync(new URL('../../../golden/judgement.json', import.meta.url), 'utf8'),
) as {
  readonly wilson: readonly (Bounds & Record<'successes' | 'trials' | 'expected' | 'pValue', number>)[];
  readonly holm: Record<'pValues' | 'adjusted', number[]>;
  readonly mcnemar: readonly Record<'onlyFirst' | 'onlySecond' | 'pValue', number>[];
  readonly quantiles: readonly Record<'share' | 'z', number>[];
  readonly tails: readonly Record<'z' | 'below', number>[];
  readonly bca: readonly (Bounds & { name: string; value: number; drawn: number[]; jackknife: number[] })[];
};

describe('the normal distribution', () => {
  it('has the shares and quantiles of scipy, far out too', () => {
    for (const { z, below } of golden.tails) expectClose([normalCdf(z) / below], [1], 1e-12, `below ${z}`);
    for (const { share, z } of golden.quantiles)
      expectClose([normalQuantile(share)], [z], 1e-10, `share ${share}`);
  });

  it('has no quantile of what is no share', () => {
    expect([0, 1, -0.1, Number.NaN].map(normalQuantile)).toEqual([
      -Infinity,
      Infinity,
      Number.NaN,
      Number.NaN,
    ]);
  });
});

describe('shares of counted things', () => {
  it.each(golden.wilson)('have the interval of statsmodels: $successes of $trials at $confidence', (it) => {
    const interval = wilsonInterval(it.successes, it.trials, it.confidence);
    expectClose([interval?.low ?? Number.NaN, interval?.high ?? Number.NaN], [it.low, it.high], 1e-10);
    expectClose([scoreTest(it.successes, it.trials, it.expected)], [it.pValue], 1e-10);
  });

  it('are tested as the interval says: what it leaves out is rejected at its level', () => {
    for (const successes of [10, 12, 14, 16, 18, 20]) {
      const { low, high } = wilsonInterval(successes, 20) ?? { low: Number.NaN, high: Number.NaN };
      expect(scoreTest(successes, 20, 0.8) < 0.05).toBe(low > 0.8 || high < 0.8);
    }
  });

  it('have no interval without trials, and are certain where all of them came out alike', () => {
    expect(wilsonInterval(0, 0)).toBeNull();
    expect([scoreTest(5, 5, 1), scoreTest(4, 5, 1)]).toEqual([1, 0]);
  });

  it('are corrected for being many as statsmodels does', () => {
    expectClose(holm(golden.holm.pValues), golden.holm.adjusted, 1e-12);
  });
});

describe('McNemar’s test', () => {
  it.each(golden.mcnemar)('equals that of statsmodels: $onlyFirst against $onlySecond', (it) => {
    expectClose([mcNemar(it.onlyFirst, it.onlySecond).pValue], [it.pValue], 1e-10);
  });

  it('counts the examples that one of the two alone got right', () => {
    const result = compareAnswers(
      Int32Array.of(0, 0, 1, 1, 2, 2),
      Int32Array.of(0, 0, 1, 0, 1, 0), // both miss the last one, each in its own way
      Int32Array.of(0, 1, 0, 1, 1, 1),
    );
    expect(result).toMatchObject({ onlyFirst: 2, onlySecond: 1, method: 'exact' });
    expect(mcNemar(20, 5).method).toBe('chi-squared');
  });
});

describe('BCa intervals', () => {
  it.each(golden.bca)('equal those of scipy on the same resamples: $name', (it) => {
    const sorted = Float64Array.from(it.drawn).sort();
    const jackknife = Float64Array.from(it.jackknife);
    const shares = bcaShares(it.value, sorted, { tail: (1 - it.confidence) / 2, jackknife });
    expectClose(
      shares.map((share) => quantile(sorted, share)),
      [it.low, it.high],
      1e-10,
    );
  });

  it('are seeded, stay within what was drawn, and are null where a metric is undefined too often', () => {
    const values = Float64Array.from({ length: 30 }, (_, index) => (index < 3 ? 1 : 0));
    const mean = (indices: Int32Array): number =>
      indices.reduce((sum, index) => sum + values[index], 0) / indices.length;
    const all = allOf(30);
    const first = estimateOn(mean, all, { seed: 1 });
    expect(first).toEqual(estimateOn(mean, all, { seed: 1 }));
    expect(first.interval?.low).toBeGreaterThanOrEqual(0);
    expect(first.interval?.low).toBeLessThan(0.1);
    expect(first.interval?.high).toBeGreaterThan(0.2);
    const seldom = (indices: Int32Array): number => (indices[0] < 10 ? mean(indices) : Number.NaN);
    expect(estimateOn(seldom, all, { seed: 1 }).interval).toBeNull();
    expect(estimateOn(mean, all.subarray(0, 0), { seed: 1 }).value).toBeNaN();
  });

  it('end where they begin when no resample differs', () => {
    expect(estimateOn(() => 1, Int32Array.of(0, 1, 2), { seed: 1 }).interval).toMatchObject({
      low: 1,
      high: 1,
    });
  });
});
