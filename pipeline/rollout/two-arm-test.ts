// A test of two separate groups of subjects, for outcomes that only the answer that was seen can have, such as a rating.
// Subjects are scored against their step's share (arm-scores.ts) and the scores followed by one-sided sequences, half of α
// each. The share of a version that is worse falls out of it at any look; a version that is better is so as of now.

import { createArmScores } from './arm-scores.ts';
import { type BoundedScore, bettingBounds, createBets, logGain } from './betting-sequence.ts';
import type { Interval } from './confidence-sequence.ts';
import { oneSidedBounds, oneSidedPValue, oneSidedRhoFor } from './one-sided-sequence.ts';
import type { SequencePolicy } from './policy.ts';
import { targetOf } from './policy.ts';
import type { OutcomeRecord } from './subject-outcomes.ts';

/** Where the comparison of one outcome stands. */
export interface TwoArmResult {
  /** Subjects of each arm that entered. */
  readonly champion: number;
  readonly challenger: number;
  /** Mean outcome of the challenger less that of the champion: above zero, the challenger is better. */
  readonly estimate: number;
  /** Bounds of the estimate, each at α / 2; null before the minimum. */
  readonly interval: Interval | null;
  /** Against "not above the target", as of now; valid at every look, as is the other. */
  readonly pAbove: number;
  /** Against "not below the target": the least at any subject so far, so that it does not rise again. */
  readonly pBelow: number;
}

/** What follows the scores of one outcome. */
interface Watch {
  readonly add: (score: BoundedScore) => void;
  readonly pValues: (enough: boolean) => { readonly above: number; readonly below: number };
  readonly interval: (enough: boolean) => Interval | null;
}

/**
 * Runs the comparison over all subjects.
 *
 * @param subjects - each once, in the order of their entry (see `subjectOutcomes`); values 0 to 1
 * @param shareOf - share of the challenger in a step: above 0, below 1
 * @param policy - frozen parameters; `minimumSample` is asked for of both arms together, half of it of each
 * @returns the standing. It depends on the subjects and not on how often it is asked for
 */
export function twoArmTest(
  subjects: readonly OutcomeRecord[],
  shareOf: (step: number) => number,
  policy: SequencePolicy,
): TwoArmResult {
  const arms = { champion: 0, challenger: 0 };
  const scores = createArmScores(shareOf);
  const watch = policy.interval === 'exact' ? watchExactly(policy) : watchAsymptotically(scores, policy);
  const enough = () => Math.min(arms.champion, arms.challenger) >= policy.minimumSample / 2;
  let pBelow = 1;
  for (const subject of subjects) {
    watch.add(scores.add(subject));
    arms[subject.arm] += 1;
    pBelow = Math.min(pBelow, watch.pValues(enough()).below);
  }
  const { above } = watch.pValues(enough());
  const estimate = scores.state().mean;
  return { ...arms, estimate, interval: watch.interval(enough()), pAbove: above, pBelow };
}

function watchAsymptotically(scores: ReturnType<typeof createArmScores>, policy: SequencePolicy): Watch {
  const alpha = policy.alpha / 2;
  const rho = oneSidedRhoFor(policy.optimalSample, alpha);
  const target = targetOf(policy);
  return {
    add: () => undefined,
    pValues: (enough) => {
      if (!enough) return { above: 1, below: 1 };
      const state = scores.state();
      const mirrored = { ...state, mean: -state.mean };
      return {
        above: oneSidedPValue(state, rho, target),
        below: oneSidedPValue(mirrored, rho, -target),
      };
    },
    interval: (enough) => (enough ? oneSidedBounds(scores.state(), { alpha, rho }) : null),
  };
}

/** Needs no minimum: it holds from the first subject on. */
function watchExactly(policy: SequencePolicy): Watch {
  const alpha = policy.alpha / 2;
  const target = targetOf(policy);
  const bets = createBets(alpha);
  const seen: BoundedScore[] = [];
  let [logAbove, logBelow] = [0, 0];
  return {
    add: (score) => {
      seen.push(score);
      const x = (score.score + 1) / 2;
      const mean = (score.weight * target + 1) / 2;
      const lambda = bets.next();
      bets.seen(x);
      logAbove += logGain(x, mean, lambda);
      logBelow += logGain(1 - x, 1 - mean, lambda);
    },
    pValues: () => ({ above: Math.min(1, Math.exp(-logAbove)), below: Math.min(1, Math.exp(-logBelow)) }),
    interval: () => (seen.length === 0 ? null : bettingBounds(seen, alpha)),
  };
}
