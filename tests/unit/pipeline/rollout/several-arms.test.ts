// Several challengers at once: the share of rollouts in which an equal one is promoted is held against its level and three
// standard errors of the experiments that were simulated.
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../pipeline/random.ts';
import { pairedTest } from '../../../../pipeline/rollout/paired-test.ts';
import type { Verdict } from '../../../../pipeline/rollout/policy.ts';
import { judgeArms, shareAgainstChampion } from '../../../../pipeline/rollout/several-arms.ts';

const policy = { alpha: 0.05, optimalSample: 500, minimumSample: 100, maximumSample: 750 };
const versions = [2, 3, 4];
const options = { alpha: policy.alpha, arms: 3, decides: true };

/** Pairs of three challengers with the champion, whose losses they share with each other. */
function verdictsOf(random: Random, effects: readonly number[]) {
  const pairs = effects.map((effect) =>
    Array.from({ length: 750 }, (_, time) => {
      const challengerLoss = Math.max(0, 0.5 + 0.3 * random.normal() - effect);
      return { subject: `s${time}`, time, championLoss: 0.5 + 0.3 * random.normal(), challengerLoss };
    }),
  );
  const judge = (version: number, alpha: number) =>
    pairedTest(pairs[versions.indexOf(version)], { ...policy, alpha });
  return [...judgeArms(versions, judge, options).values()].map(({ verdict }) => verdict);
}
const shareWith = (seed: number, runs: number, found: (verdicts: readonly Verdict[]) => boolean) => {
  const random = createRandom(seed);
  const results = Array.from({ length: runs }, () => verdictsOf(random, [0, 0, 0]));
  return results.filter(found).length / runs;
};

describe('three challengers at once', () => {
  it('of which none is better have one promoted in at most α / 2 of rollouts', () => {
    const runs = 300;
    const level = policy.alpha / 2;
    const share = shareWith(71, runs, (verdicts) => verdicts.includes('promote'));
    expect(share).toBeLessThanOrEqual(level + 3 * Math.sqrt((level * (1 - level)) / runs));
  });

  it('are found better and worse, each by itself', () => {
    const random = createRandom(72);
    expect(verdictsOf(random, [0.12, -0.12, 0]).slice(0, 2)).toEqual(['promote', 'rollback']);
  });

  const judge = (needed: Readonly<Record<number, number>>) => (version: number, alpha: number) => ({
    verdict: alpha >= needed[version] ? ('promote' as const) : ('continue' as const),
    alpha,
  });

  it('are held to less once another was found better, by Holm', () => {
    const needed = { 2: 0.016, 3: 0.024, 4: 0.049 };
    const found = judgeArms(versions, judge(needed), options);
    expect([...found.values()].map(({ verdict }) => verdict)).toEqual(['promote', 'promote', 'promote']);
    const none = judgeArms(versions, judge({ ...needed, 2: 0.02 }), options);
    expect([...none.values()].map(({ verdict }) => verdict)).toEqual(['continue', 'continue', 'continue']);
  });

  it('are held to equal parts where a phase only guards, and after one has left', () => {
    const needed = { 2: 0.001, 3: 0.024, 4: 0.024 };
    const guarded = judgeArms(versions, judge(needed), { ...options, decides: false });
    expect(guarded.get(3)?.verdict).toBe('continue');
    const rest = judgeArms([3, 4], judge(needed), options);
    expect([...rest.values()].map(({ alpha }) => alpha)).toEqual([0.05 / 3, 0.05 / 3]);
  });
});

it('the share of one among its subjects and the champion’s leaves those of others out', () => {
  expect(shareAgainstChampion(0.5, 1)).toBe(0.5);
  expect(shareAgainstChampion(0.25, 3)).toBeCloseTo(0.5, 12); // a quarter each, the champion among them
});
