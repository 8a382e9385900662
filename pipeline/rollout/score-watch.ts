// On which side of a target the mean of scores has come to lie, each side by itself at α / 2: by one-sided asymptotic
// sequences, or by bets, which hold for however few.
import { type BoundedScore, bettingBounds, createBets, logGain } from './betting-sequence.ts';
import type { Interval, MeanState } from './confidence-sequence.ts';
import { oneSidedBounds, oneSidedPValue, oneSidedRhoFor } from './one-sided-sequence.ts';
import type { SequencePolicy } from './policy.ts';
import { targetOf } from './policy.ts';

/** What follows the scores of one outcome; `enough`: the minimum sample is there. */
export interface ScoreWatch {
  readonly add: (score: BoundedScore) => void;
  readonly pValues: (enough: boolean) => { readonly above: number; readonly below: number };
  readonly interval: (enough: boolean) => Interval | null;
}

/**
 * @param policy - frozen parameters
 * @param state - of the mean of all scores so far
 */
export function watchScores(policy: SequencePolicy, state: () => MeanState): ScoreWatch {
  return policy.interval === 'exact' ? watchExactly(policy) : watchAsymptotically(policy, state);
}

function watchAsymptotically(policy: SequencePolicy, stateOf: () => MeanState): ScoreWatch {
  const alpha = policy.alpha / 2;
  const rho = oneSidedRhoFor(policy.optimalSample, alpha);
  const target = targetOf(policy);
  return {
    add: () => undefined,
    pValues: (enough) => {
      if (!enough) return { above: 1, below: 1 };
      const state = stateOf();
      const mirrored = { ...state, mean: -state.mean };
      return {
        above: oneSidedPValue(state, rho, target),
        below: oneSidedPValue(mirrored, rho, -target),
      };
    },
    interval: (enough) => (enough ? oneSidedBounds(stateOf(), { alpha, rho }) : null),
  };
}

/** Needs no minimum: it holds from the first subject on. */
function watchExactly(policy: SequencePolicy): ScoreWatch {
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
