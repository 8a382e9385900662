// How often whole rollouts go wrong, simulated: the level over all phases, and what the price of it is.
import { describe, expect, it } from 'vitest';
import { rolloutSchema } from '../../../../contracts/model-spec/judgement.ts';
import { createRandom, type Random } from '../../../../pipeline/random.ts';
import { binaryBrierLoss } from '../../../../pipeline/rollout/losses.ts';
import { type PairedObservation, pairedTest } from '../../../../pipeline/rollout/paired-test.ts';
import { type PairedTestPolicy, phasePolicy } from '../../../../pipeline/rollout/policy.ts';

const policy = rolloutSchema.parse({ steps: [0.01, 0.05, 0.1, 0.25, 0.5] });

/** Squared error of a classifier that is mostly sure of itself. */
function lossOf(random: Random, accuracy: number): number {
  const right = random.next() < accuracy;
  const sureness = right ? 0.75 + 0.25 * random.next() : 0.5 + 0.5 * random.next();
  return binaryBrierLoss(right ? sureness : 1 - sureness, true);
}

interface Accuracy {
  readonly champion: number;
  readonly challenger: number;
}
const equal: Accuracy = { champion: 0.93, challenger: 0.93 };

/** Fresh subjects for one phase, as many as its test can take. */
function subjects(random: Random, { champion, challenger }: Accuracy): PairedObservation[] {
  return Array.from({ length: policy.maximumSample }, (_, index) => ({
    subject: `subject-${index}`,
    time: index,
    championLoss: lossOf(random, champion),
    challengerLoss: lossOf(random, challenger),
  }));
}

/** Whether the canary of a version takes it back, each step going on for as long as its test can. */
const takenBack = (steps: readonly PairedObservation[][], test: PairedTestPolicy) =>
  steps.some((step) => pairedTest(step, test).verdict === 'rollback');
const canary = (random: Random, accuracy: Accuracy) => policy.steps.map(() => subjects(random, accuracy));

/** The whole way of a version, from the shadow on. */
function rollout(random: Random, accuracy: Accuracy): 'promote' | 'rollback' | 'inconclusive' {
  const { verdict } = pairedTest(subjects(random, accuracy), phasePolicy(policy, false));
  if (verdict !== 'promote') return verdict === 'rollback' ? 'rollback' : 'inconclusive';
  return takenBack(canary(random, accuracy), phasePolicy(policy, true)) ? 'rollback' : 'promote';
}

const shareOf = <T>(cases: readonly T[], holds: (one: T) => boolean) =>
  cases.filter(holds).length / cases.length;
const repeat = <T>(times: number, run: () => T) => Array.from({ length: times }, run);

describe('a rollout of five canary steps', () => {
  it('takes an equal version back in at most α of all rollouts, and promotes it in at most α / 2', () => {
    const random = createRandom(21);
    const ends = repeat(600, () => rollout(random, equal));
    expect(shareOf(ends, (end) => end === 'rollback')).toBeLessThanOrEqual(policy.alpha);
    expect(shareOf(ends, (end) => end === 'promote')).toBeLessThanOrEqual(policy.alpha / 2);
  });

  it('takes back at most α / 2 of those that shadow found better and that are equal in every step after it', () => {
    const random = createRandom(22);
    const ends = repeat(500, () => {
      const steps = canary(random, equal);
      return { spent: takenBack(steps, phasePolicy(policy, true)), eachAtAlpha: takenBack(steps, policy) };
    });
    expect(shareOf(ends, ({ spent }) => spent)).toBeLessThanOrEqual(policy.alpha / 2);
    expect(shareOf(ends, ({ eachAtAlpha }) => eachAtAlpha)).toBeGreaterThan(policy.alpha / 2);
  }, 60_000);

  it('still takes back nine of ten that turn out worse in traffic, in a single step', () => {
    const random = createRandom(23);
    const worse = { champion: 0.93, challenger: 0.84 };
    const level = phasePolicy(policy, true);
    const steps = repeat(200, () => subjects(random, worse));
    const caught = shareOf(steps, (step) => pairedTest(step, level).verdict === 'rollback');
    expect(caught).toBeGreaterThanOrEqual(0.9);
  });

  it('is decided at α itself where no phase has decided yet, however many steps follow', () => {
    expect(phasePolicy(policy, false).alpha).toBe(0.05);
    expect(phasePolicy(policy, true).alpha).toBe(0.01);
  });
});
