// Simulations of an interleaved comparison, beside that of two groups. A share of false alarms is held against its level
// and three standard errors of the experiments that were simulated.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../pipeline/random.ts';
import type { OutcomeRecord } from '../../../../pipeline/rollout/subject-outcomes.ts';
import { twoArmTest } from '../../../../pipeline/rollout/two-arm-test.ts';
import { subjectDifferences, withinSubjectTest } from '../../../../pipeline/rollout/within-subject-test.ts';
import { comparedBy, heardBy, outcomesOf, shareOf, type World } from '../../../support/rollout-simulation.ts';

const policy = { alpha: 0.05, optimalSample: 1_000, minimumSample: 100 };
const atMost = (level: number, runs: number) => level + 3 * Math.sqrt((level * (1 - level)) / runs);
const mixed: World = { subjects: 600, effect: 0, requestsEach: 10, habits: 0.8, isInterleaved: true };

function shareBelow(
  seed: number,
  world: World,
  using: Parameters<typeof withinSubjectTest>[1],
  runs: number,
) {
  const random = createRandom(seed);
  const found = Array.from({ length: runs }, () =>
    withinSubjectTest(comparedBy(outcomesOf(random, world), Infinity), using),
  ).filter(({ pBelow }) => pBelow <= using.alpha / 2);
  return found.length / runs;
}

describe('subjects that met both versions', () => {
  it.each<[string, World]>([
    ['over a ramp', mixed],
    ['while outcomes drift', { ...mixed, drift: 0.2 }],
  ])('find no harm in an equal version in more than α / 2 of experiments, %s', (_, world) => {
    expect(shareBelow(61, world, policy, 150)).toBeLessThanOrEqual(atMost(0.025, 150));
  });

  it('are held by exact intervals too', () => {
    const exact = { ...policy, interval: 'exact' as const };
    expect(shareBelow(62, mixed, exact, 60)).toBeLessThanOrEqual(atMost(0.025, 60));
  });

  it('find a worse version where as many subjects of one version each do not', () => {
    const worse = { ...mixed, subjects: 450, effect: -0.1 };
    expect(shareBelow(63, worse, policy, 40)).toBeGreaterThan(0.8);
    const random = createRandom(64);
    const apart = Array.from({ length: 40 }, () => {
      const subjects = heardBy(outcomesOf(random, { ...worse, isInterleaved: false }), Infinity);
      return twoArmTest(subjects, shareOf, policy).pBelow <= policy.alpha / 2;
    });
    expect(apart.filter(Boolean).length / 40).toBeLessThan(0.6);
  });

  it('tell where the truth lies', () => {
    const outcomes = outcomesOf(createRandom(65), { ...mixed, subjects: 6_000, effect: 0.1 });
    const { champion, challenger, estimate, interval } = withinSubjectTest(
      comparedBy(outcomes, Infinity),
      policy,
    );
    expect(challenger).toBe(champion);
    expect(Math.abs(estimate - 0.1)).toBeLessThan(0.03);
    expect(interval?.lower).toBeLessThan(0.1);
    expect(interval?.upper).toBeGreaterThan(0.1);
  });
});

describe('the difference of a subject', () => {
  const record = (at: number, arm: OutcomeRecord['arm'], value: number, step = 1): OutcomeRecord => ({
    ...{ at, arm, value, step },
    subject: 'kim',
  });
  const of = (records: readonly OutcomeRecord[], nowSeconds = 1_000) =>
    subjectDifferences(records, { nowSeconds, labelHorizonSeconds: 10, subjectWindowSeconds: 60 });

  it('is that of its means within one window', () => {
    const own = [
      record(0, 'champion', 1),
      record(20, 'challenger', 0.25),
      record(30, 'champion', 0.5),
      record(90, 'challenger', 1),
    ];
    expect(of(own)).toEqual([{ subject: 'kim', step: 1, at: 0, difference: 0.25 - 0.75 }]);
    expect(of([...own].reverse())).toEqual(of(own));
  });

  it('enters once its window and the label horizon are over, and never again', () => {
    const own = [record(0, 'champion', 1), record(20, 'challenger', 0)];
    expect(of(own, 69.9)).toEqual([]);
    expect(of(own, 70)).toHaveLength(1);
    expect(of([...own, record(200, 'champion', 0), record(210, 'challenger', 1)])).toEqual(of(own));
  });

  it('waits for a window in which it met both versions, in one step', () => {
    const own = [record(0, 'champion', 1), record(30, 'challenger', 0, 2), record(40, 'champion', 1, 2)];
    expect(of(own)).toEqual([{ subject: 'kim', step: 2, at: 30, difference: -1 }]);
    expect(of([record(0, 'champion', 1), record(100, 'challenger', 0)])).toEqual([]);
  });

  it('says nothing of nobody', () => {
    expect(withinSubjectTest([], policy)).toEqual({
      ...{ champion: 0, challenger: 0, estimate: 0 },
      ...{ interval: null, pAbove: 1, pBelow: 1 },
    });
  });
});
