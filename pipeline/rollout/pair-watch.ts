// On which side of its target a series of paired differences has come to lie: by an asymptotic confidence sequence, which
// is two-sided, or by bets (betting-sequence.ts), half of α a side, which hold for however few.
import { bettingBounds, createBets, logGain } from './betting-sequence.ts';
import { confidenceSequence, type Interval, type MeanState, rhoFor } from './confidence-sequence.ts';
import type { SequencePolicy } from './policy.ts';
import { targetOf } from './policy.ts';

/** A Brier score over several classes is 0 to 2, so no difference of losses is larger. */
const largestDifference = 2;

export interface PairWatch {
  /** @returns where the mean lies from now on, as far as can be said at this look */
  readonly add: (difference: number, state: MeanState) => 'above' | 'below' | 'neither';
  /** @returns bounds of the mean; null where nothing can be said yet */
  readonly interval: (state: MeanState) => Interval | null;
}

/** @param policy - frozen parameters */
export function watchPairs(policy: SequencePolicy): PairWatch {
  return policy.interval === 'exact' ? watchExactly(policy) : watchAsymptotically(policy);
}

function watchAsymptotically(policy: SequencePolicy): PairWatch {
  const { alpha, optimalSample, minimumSample } = policy;
  const target = targetOf(policy);
  const rho = rhoFor(optimalSample, alpha);
  const interval = (state: MeanState) => confidenceSequence(state, { alpha, rho, minimumSample });
  return {
    interval,
    add: (_, state) => {
      const bounds = interval(state);
      if (bounds === null) return 'neither';
      if (bounds.lower > target) return 'above';
      return bounds.upper < target ? 'below' : 'neither';
    },
  };
}

function watchExactly(policy: SequencePolicy): PairWatch {
  const alpha = policy.alpha / 2;
  const enough = Math.log(1 / alpha);
  const mean = (targetOf(policy) / largestDifference + 1) / 2;
  const bets = createBets(alpha);
  const scores: { score: number; weight: number }[] = [];
  let [logAbove, logBelow] = [0, 0];
  return {
    add: (difference) => {
      const score = difference / largestDifference;
      const x = (score + 1) / 2;
      const lambda = bets.next();
      bets.seen(x);
      scores.push({ score, weight: 1 });
      logAbove += logGain(x, mean, lambda);
      logBelow += logGain(1 - x, 1 - mean, lambda);
      if (logAbove >= enough) return 'above';
      return logBelow >= enough ? 'below' : 'neither';
    },
    interval: () => {
      if (scores.length === 0) return null;
      const { lower, upper } = bettingBounds(scores, alpha);
      return { lower: lower * largestDifference, upper: upper * largestDifference };
    },
  };
}
