// Seeded worlds in which rollouts are tested: subjects with habits, a share that grows by steps, outcomes that drift. And
// the fixed test that is looked at again and again, to compare with.
import type { Random } from '../../pipeline/random.ts';
import type { MeanState } from '../../pipeline/rollout/confidence-sequence.ts';
import { type OutcomeRecord, subjectOutcomes } from '../../pipeline/rollout/subject-outcomes.ts';
import { type SubjectDifference, subjectDifferences } from '../../pipeline/rollout/within-subject-test.ts';

export const ramp = [0.05, 0.25, 0.5];
export const shareOf = (step: number): number => ramp[step - 1] ?? 0.5;

export interface World {
  readonly subjects: number;
  /** How much higher an outcome of the challenger is, on a scale of 0 to 1. */
  readonly effect: number;
  readonly requestsEach?: number;
  /** How far apart the habits of subjects lie; default 0.2. */
  readonly habits?: number;
  /** Each request draws its arm anew. */
  readonly isInterleaved?: boolean;
  /** By how much outcomes of both arms rise from the first subject to the last. */
  readonly drift?: number;
  /** Complaints come at once, praise later, and later still of the challenger; seconds. */
  readonly lateness?: number;
}

/** A subject a second, over three steps of a ramp; each has a habit of its own, and arms by the step's share. */
export function outcomesOf(random: Random, world: World): (OutcomeRecord & { readonly saidAt: number })[] {
  const { subjects, effect, requestsEach = 1, habits = 0.2, drift = 0, lateness = 0 } = world;
  return Array.from({ length: subjects }, (_, index) => {
    const step = 1 + Math.floor((index * ramp.length) / subjects);
    const ofSubject = random.next() < shareOf(step);
    const habit = 0.4 + habits * (random.next() - 0.5) + drift * (index / subjects - 0.5);
    return Array.from({ length: requestsEach }, (__, request) => {
      const isChallenger = world.isInterleaved === true ? random.next() < shareOf(step) : ofSubject;
      const chance = habit + (isChallenger ? effect : 0);
      const value = random.next() < chance ? 1 : 0;
      const at = index + request * 0.01;
      const patience = lateness * value * (isChallenger ? 1 : 0.2);
      const arm = isChallenger ? ('challenger' as const) : ('champion' as const);
      return { arm, step, subject: `s${index}`, value, at, saidAt: at + patience };
    });
  }).flat();
}

/** What had been said by a moment, one record a subject. */
export function heardBy(
  records: readonly (OutcomeRecord & { readonly saidAt: number })[],
  nowSeconds: number,
  labelHorizonSeconds = 0,
): OutcomeRecord[] {
  const heard = records.filter(({ saidAt }) => saidAt <= nowSeconds);
  return subjectOutcomes(heard, { nowSeconds, labelHorizonSeconds, subjectWindowSeconds: 0.1 });
}

/** The same of an interleaved experiment, one difference a subject. */
export function comparedBy(
  records: readonly (OutcomeRecord & { readonly saidAt: number })[],
  nowSeconds: number,
): SubjectDifference[] {
  const heard = records.filter(({ saidAt }) => saidAt <= nowSeconds);
  return subjectDifferences(heard, { nowSeconds, labelHorizonSeconds: 0, subjectWindowSeconds: 0.5 });
}

/** A z test at 5 %, as one reads of it: no look at the looks before. */
export function isFixedTestFooled({ count, mean, sumOfSquaredDeviations }: MeanState): boolean {
  return count > 1 && Math.abs(mean) > 1.959964 * Math.sqrt(sumOfSquaredDeviations / count / count);
}
