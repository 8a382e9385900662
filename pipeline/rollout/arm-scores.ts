// Two arms as one series: each subject's outcome, less what was to be expected of it, times how far its assignment is from
// the step's share. Robinson, "Root-N-consistent semiparametric regression", Econometrica 56(4), 1988; for sequences of
// randomised subjects see arXiv:2103.06476, section 3. The share is that of the subject's own step, so a ramp confounds
// nothing: what changes from step to step changes for both arms of a step.
import type { BoundedScore } from './betting-sequence.ts';
import type { MeanState } from './confidence-sequence.ts';
import { emptyCovariate, foretold, updateCovariate } from './covariate.ts';
import type { OutcomeRecord } from './subject-outcomes.ts';

/** Before anything is seen: the middle of the scale. */
const middle = 0.5;

/** Makes scores of subjects, one at a time; what is expected of a subject rests on those before it. */
export interface ArmScores {
  /**
   * @param subject - in the order of their entry
   * @returns (A − π)(Y − expected Y), whose mean is π (1 − π) times the difference of the arms; the weight is π (1 − π)
   */
  readonly add: (subject: OutcomeRecord) => BoundedScore;
  /** All scores as the state of a mean: `count` in subjects of two equal arms, which is n where each has half. */
  readonly state: () => MeanState;
}

/**
 * @param shareOf - of the challenger in a step: above 0, below 1
 */
export function createArmScores(shareOf: (step: number) => number): ArmScores {
  const means = new Map<number, { count: number; mean: number }>();
  const overall = { count: 0, mean: middle };
  let covariates = emptyCovariate;
  let [weights, scores, squares, products, weightSquares] = [0, 0, 0, 0, 0];

  const expected = ({ step, covariate }: OutcomeRecord): number => {
    const base = means.get(step)?.mean ?? overall.mean;
    const known = covariate === undefined ? 0 : foretold(covariates, covariate);
    return Math.min(1, Math.max(0, base + known));
  };
  const learn = ({ step, value, covariate }: OutcomeRecord): void => {
    const ofStep = means.get(step) ?? { count: 0, mean: 0 };
    means.set(step, ofStep);
    for (const it of [ofStep, overall]) {
      it.count += 1;
      it.mean += (value - it.mean) / it.count;
    }
    if (covariate !== undefined) covariates = updateCovariate(covariates, covariate, value);
  };

  return {
    add: (subject) => {
      const share = shareOf(subject.step);
      const assigned = subject.arm === 'challenger' ? 1 : 0;
      const score = (assigned - share) * (subject.value - expected(subject));
      const weight = share * (1 - share);
      learn(subject);
      weights += weight;
      scores += score;
      squares += score ** 2;
      products += weight * score;
      weightSquares += weight ** 2;
      return { score, weight };
    },
    state: () => {
      const mean = weights === 0 ? 0 : scores / weights;
      const deviations = squares - 2 * mean * products + mean ** 2 * weightSquares;
      // With half of the subjects in each arm a weight is 1/4: four times the weights are subjects.
      return { count: 4 * weights, mean, sumOfSquaredDeviations: 16 * Math.max(0, deviations) };
    },
  };
}
