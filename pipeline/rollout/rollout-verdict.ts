// What is said of a rollout at a look.
import type { Verdict } from './policy.ts';

/** What holds a rollout where it is. */
export interface RolloutHold {
  readonly reason: string;
  /** Of the counts against the shares, valid at every look. */
  readonly pValue: number;
}

/** A verdict and why. `promote` means: on to the next phase, or to all traffic after the last. */
export interface RolloutVerdict {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  /** Why a challenger stays where it is, whatever else is known. */
  readonly hold?: RolloutHold;
}
