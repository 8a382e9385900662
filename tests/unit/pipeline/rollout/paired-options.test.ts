// The paired test with a margin, with an exact interval, and its second opinion.
import { describe, expect, it } from 'vitest';
import { rolloutSchema } from '../../../../contracts/model-spec/judgement.ts';
import { createRandom, type Random } from '../../../../pipeline/random.ts';
import { type PairedObservation, pairedTest } from '../../../../pipeline/rollout/paired-test.ts';
import { quality, secondOpinion } from '../../../../pipeline/rollout/standing.ts';

const policy = { alpha: 0.05, optimalSample: 300, minimumSample: 100, maximumSample: 1_000 };
const lenient = { ...policy, objective: 'not-worse' as const, margin: 0.1 };
const exact = { ...policy, interval: 'exact' as const };

/** Pairs whose difference has the mean, and a spread of 0.3. */
const pairs = (random: Random, count: number, mean: number): PairedObservation[] =>
  Array.from({ length: count }, (_, index) => ({
    subject: `s${index}`,
    time: index,
    championLoss: 0.5 + mean + 0.6 * (random.next() - 0.5),
    challengerLoss: 0.5 + 0.3 * (random.next() - 0.5),
  }));
const shareOf = (seed: number, mean: number, test: (it: PairedObservation[]) => string, verdict: string) => {
  const random = createRandom(seed);
  const verdicts = Array.from({ length: 200 }, () => test(pairs(random, 1_000, mean)));
  return verdicts.filter((it) => it === verdict).length / 200;
};
/** α / 2 and three standard errors of 200 experiments. */
const halfAlpha = 0.025 + 3 * Math.sqrt((0.025 * 0.975) / 200);

describe('a margin', () => {
  it('lets an equal version on, and takes back one that is worse by more', () => {
    const verdict = (it: PairedObservation[]) => pairedTest(it, lenient).verdict;
    expect(shareOf(31, 0, verdict, 'promote')).toBe(1);
    expect(shareOf(32, -0.2, verdict, 'rollback')).toBe(1);
  });

  it('lets a version on that is worse by just the margin in α / 2 of experiments at most', () => {
    const verdict = (it: PairedObservation[]) => pairedTest(it, lenient).verdict;
    expect(shareOf(33, -0.1, verdict, 'promote')).toBeLessThanOrEqual(halfAlpha);
  });

  it('is told in words', () => {
    const told = (mean: number) =>
      quality(
        pairedTest(pairs(createRandom(34), 1_000, mean), lenient),
        rolloutSchema.parse({ objective: 'not-worse', margin: 0.1 }),
      );
    expect(told(0)).toMatch(/^not worse by more than 0\.1: Brier score/);
    expect(told(-0.3)).toMatch(/^worse by more than 0\.1: Brier score higher by 0\.[23]/);
  });
});

describe('an exact interval', () => {
  const verdict = (it: PairedObservation[]) => pairedTest(it, exact).verdict;

  it('tells equal versions apart in α of experiments at most, and different ones always', () => {
    expect(shareOf(35, 0, verdict, 'promote')).toBeLessThanOrEqual(halfAlpha);
    expect(shareOf(36, 0, verdict, 'rollback')).toBeLessThanOrEqual(halfAlpha);
    expect(shareOf(37, 0.3, verdict, 'promote')).toBe(1);
  });

  it('decides before the minimum sample, which it does not need', () => {
    const certain = Array.from({ length: 60 }, (_, index) => ({
      ...{ subject: `s${index}`, time: index, championLoss: 1, challengerLoss: 0 },
    }));
    const { verdict: decided, n, interval } = pairedTest(certain, exact);
    expect(decided).toBe('promote');
    expect(n).toBeLessThan(60);
    expect(interval?.lower).toBeGreaterThan(0);
    expect(interval?.upper).toBeGreaterThan(interval?.lower ?? NaN);
  });
});

describe('the second opinion', () => {
  it('is given from the minimum sample on, and told', () => {
    const test = (count: number) => pairedTest(pairs(createRandom(38), count, 0), policy);
    expect(test(99).secondOpinion).toBeUndefined();
    expect(secondOpinion(test(99), rolloutSchema.parse({}))).toEqual([]);
    expect(test(300).secondOpinion).toBeGreaterThan(0.05);
    expect(secondOpinion(test(300), rolloutSchema.parse({}))[0]).toMatch(
      /^second opinion \(mSPRT\): no difference so far, p [01]/,
    );
  });

  it('finds what the sequence finds', () => {
    const found = pairedTest(pairs(createRandom(39), 1_000, 0.3), policy);
    expect(found.verdict).toBe('promote');
    expect(secondOpinion(found, rolloutSchema.parse({}))[0]).toContain('a difference, p ');
  });
});
