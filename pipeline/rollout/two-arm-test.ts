// A test of two separate groups of subjects, for outcomes that only the answer that was seen can have, such as a rating.
// Subjects are scored against their step's share (arm-scores.ts) and the scores followed by one-sided sequences, half of α
// each. The share of a version that is worse falls out of it at any look; a version that is better is so as of now.

import { createArmScores } from './arm-scores.ts';
import type { Interval } from './confidence-sequence.ts';
import type { SequencePolicy } from './policy.ts';
import { watchScores } from './score-watch.ts';
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
  const watch = watchScores(policy, scores.state);
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
