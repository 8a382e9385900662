// Simulations of the comparison of two groups. A share of false alarms is held against its level and three standard
// errors of the experiments that were simulated.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../pipeline/random.ts';
import { emptyMean, type MeanState, updateMean } from '../../../../pipeline/rollout/confidence-sequence.ts';
import { compareOutcomes, type OutcomeFinding } from '../../../../pipeline/rollout/outcome-verdict.ts';
import { twoArmTest } from '../../../../pipeline/rollout/two-arm-test.ts';
import { heardBy, outcomesOf, ramp, shareOf, type World } from '../../../support/rollout-simulation.ts';

const policy = { alpha: 0.05, optimalSample: 1_000, minimumSample: 100 };
type Policy = typeof policy & { objective?: 'not-worse'; margin?: number; interval?: 'exact' };
const atMost = (level: number, runs: number) => level + 3 * Math.sqrt((level * (1 - level)) / runs);

const findingOf = (random: ReturnType<typeof createRandom>, world: World, using: Policy): OutcomeFinding =>
  compareOutcomes(
    [{ metric: 'rating', ...twoArmTest(heardBy(outcomesOf(random, world), Infinity), shareOf, using) }],
    using,
  );
const shareFound = (
  seed: number,
  world: World,
  finding: OutcomeFinding,
  using: Policy = policy,
  runs = 120,
) => {
  const random = createRandom(seed);
  const findings = Array.from({ length: runs }, () => findingOf(random, world, using));
  return findings.filter((it) => it === finding).length / runs;
};
const equal = { subjects: 2_000, effect: 0 };

describe('of equal versions', () => {
  it('a fixed test that is looked at 200 times finds a difference in about 43 % of experiments', () => {
    const random = createRandom(41);
    let fooled = 0;
    for (let run = 0; run < 1_000; run += 1) {
      let state: MeanState = emptyMean;
      let isFooled = false;
      for (let n = 1; n <= 2_000; n += 1) {
        state = updateMean(state, random.normal());
        if (n % 10 === 0) isFooled ||= Math.abs(state.mean) * Math.sqrt(n) > 1.959964;
      }
      fooled += isFooled ? 1 : 0;
    }
    expect(fooled / 1_000).toBeGreaterThan(0.38);
    expect(fooled / 1_000).toBeLessThan(0.48);
  });

  it.each<[string, World]>([
    ['over a ramp', equal],
    ['while outcomes drift during the ramp', { ...equal, drift: 0.5 }],
    ['with ten requests a subject', { ...equal, subjects: 600, requestsEach: 10 }],
  ])('one is found worse in at most α / 2, looked at after each subject, %s', (_, world) => {
    expect(shareFound(42, world, 'rollback')).toBeLessThanOrEqual(atMost(0.025, 120));
  });

  it('one is found better at any look in at most α / 2: the test is its own mirror', () => {
    const random = createRandom(43);
    const runs = 100;
    let found = 0;
    for (let run = 0; run < runs; run += 1) {
      const subjects = heardBy(outcomesOf(random, equal), Infinity);
      const mirrored = twoArmTest(
        subjects.map((it) => ({ ...it, value: 1 - it.value })),
        shareOf,
        policy,
      );
      if (run === 0)
        expect(mirrored.estimate).toBeCloseTo(-twoArmTest(subjects, shareOf, policy).estimate, 9);
      // The least p-value of the mirrored "worse" is that of "better".
      found += mirrored.pBelow <= policy.alpha / 2 ? 1 : 0;
    }
    expect(found / runs).toBeLessThanOrEqual(atMost(0.025, runs));
  });

  it('pooled over the ramp, drift alone looks like a difference; stratified it does not', () => {
    const world = { ...equal, subjects: 6_000, drift: 0.6 };
    const pooled = ramp.reduce((sum, share) => sum + share, 0) / ramp.length;
    const subjects = heardBy(outcomesOf(createRandom(44), world), Infinity);
    const stratified = twoArmTest(subjects, shareOf, policy);
    const raw = (arm: string) => {
      const values = subjects.filter((it) => it.arm === arm).map(({ value }) => value);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    expect(pooled).toBeLessThan(0.5);
    expect(raw('challenger') - raw('champion')).toBeGreaterThan(0.08);
    expect(Math.abs(stratified.estimate)).toBeLessThan(0.05);
  });

  it('labels that come later of one arm fool nobody who waits for the label horizon', () => {
    const random = createRandom(45);
    let [fooled, fooledWithout] = [0, 0];
    const runs = 24;
    for (let run = 0; run < runs; run += 1) {
      const records = outcomesOf(random, { ...equal, lateness: 400 });
      const isFound = (horizon: number) =>
        Array.from({ length: 20 }, (_, look) => heardBy(records, (look + 1) * 100, horizon)).some(
          (seen) => twoArmTest(seen, shareOf, policy).pBelow <= policy.alpha / 2,
        );
      fooled += isFound(400) ? 1 : 0;
      fooledWithout += isFound(0) ? 1 : 0;
    }
    expect(fooled / runs).toBeLessThanOrEqual(atMost(0.025, runs));
    expect(fooledWithout / runs).toBeGreaterThan(0.5);
  });

  it('is held by exact intervals too', () => {
    const exact = { ...policy, interval: 'exact' as const };
    expect(shareFound(46, equal, 'rollback', exact, 50)).toBeLessThanOrEqual(atMost(0.025, 50));
  });

  it('with a margin one is found good enough, and one that is worse by just the margin hardly ever', () => {
    const lenient = { ...policy, objective: 'not-worse' as const, margin: 0.15 };
    expect(shareFound(47, equal, 'non-inferior', lenient, 50)).toBeGreaterThan(0.9);
    const justWorse = { ...equal, effect: -0.15 };
    expect(shareFound(48, justWorse, 'non-inferior', lenient, 100)).toBeLessThanOrEqual(atMost(0.025, 100));
  });
});

describe('of different versions', () => {
  it('finds the better and the worse, and where the truth lies', () => {
    expect(shareFound(51, { ...equal, effect: 0.15 }, 'promote', policy, 50)).toBeGreaterThan(0.9);
    expect(shareFound(52, { ...equal, effect: -0.15 }, 'rollback', policy, 50)).toBeGreaterThan(0.9);
    const random = createRandom(53);
    const subjects = heardBy(outcomesOf(random, { subjects: 20_000, effect: 0.1 }), Infinity);
    const { interval, estimate } = twoArmTest(subjects, shareOf, policy);
    expect(Math.abs(estimate - 0.1)).toBeLessThan(0.03);
    expect(interval?.lower).toBeLessThan(0.1);
    expect(interval?.upper).toBeGreaterThan(0.1);
  });

  it('a covariate of before makes the interval narrower', () => {
    const random = createRandom(54);
    const subjects = Array.from({ length: 1_000 }, (_, index) => {
      const covariate = random.next();
      const arm = random.next() < 0.5 ? ('champion' as const) : ('challenger' as const);
      const value = 0.1 + 0.8 * covariate + 0.1 * (random.next() - 0.5);
      return { arm, step: 3, subject: `s${index}`, value, at: index, covariate };
    });
    const width = (known: boolean) => {
      const given = known ? subjects : subjects.map(({ covariate: _covariate, ...it }) => it);
      const { interval } = twoArmTest(given, shareOf, policy);
      return (interval?.upper ?? NaN) - (interval?.lower ?? NaN);
    };
    expect(width(true)).toBeLessThan(width(false) / 2);
  });

  it('does not look before each arm has half of the minimum, and says nothing of nobody', () => {
    const nobody = twoArmTest([], shareOf, policy);
    expect(nobody).toEqual({
      ...{ champion: 0, challenger: 0, estimate: 0 },
      interval: null,
      pAbove: 1,
      pBelow: 1,
    });
    const subjects = heardBy(outcomesOf(createRandom(55), { subjects: 300, effect: 0.5 }), 90);
    expect(twoArmTest(subjects, shareOf, policy).interval).toBeNull();
  });
});
