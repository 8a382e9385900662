// The paired shadow test: champion and challenger answer the same subject, and the difference of their losses is
// followed by a confidence sequence (confidence-sequence.ts). Pairing removes what makes subjects easy or hard, so it
// needs a fraction of the requests of a comparison between separate groups. Beside it runs a mixture ratio test
// (mixture-ratio.ts) as a second opinion, which is told and decides nothing.
import type { Interval, MeanState } from './confidence-sequence.ts';
import { emptyMean, updateMean } from './confidence-sequence.ts';
import { logMixtureRatio, mixtureScaleFor } from './mixture-ratio.ts';
import { watchPairs } from './pair-watch.ts';
import type { PairedTestPolicy, Verdict } from './policy.ts';
import { targetOf } from './policy.ts';

/** Both versions' losses on one labelled subject. */
export interface PairedObservation {
  readonly subject: string;
  /** When the answer was given, in seconds since 1970. */
  readonly time: number;
  readonly championLoss: number;
  readonly challengerLoss: number;
}

/** Where a paired test stands; plain, for event histories and reports. */
export interface PairedTestResult {
  readonly verdict: Extract<Verdict, 'continue' | 'promote' | 'rollback' | 'inconclusive'>;
  /** Subjects that entered, each once. */
  readonly n: number;
  /** Mean loss of the champion less that of the challenger: above zero, the challenger is better. */
  readonly estimate: number;
  /** Bounds of the estimate; null before the minimum sample. */
  readonly interval: Interval | null;
  /** Least p-value of the mixture ratio test so far, valid at every look; absent before the minimum sample. */
  readonly secondOpinion?: number;
}

/**
 * Runs the test over all that is known and stops at its first decision.
 *
 * Each subject enters once, with its first answer: repeats carry no news and would fake a certainty that is not
 * there. The test looks after each subject from the minimum sample on, so its result depends on the answers and not
 * on how often it is called; later answers do not revise a decision.
 *
 * @param observations - labelled answers older than the label horizon (see {@link settled}), in any order
 * @param policy - frozen parameters
 * @returns `promote` when the interval is above the target (zero, or the margin below it), `rollback` when below,
 *   `inconclusive` when the maximum sample was reached with the target inside, else `continue`
 */
export function pairedTest(
  observations: readonly PairedObservation[],
  policy: PairedTestPolicy,
): PairedTestResult {
  const watch = watchPairs(policy);
  const second = { value: targetOf(policy), scale: mixtureScaleFor(policy.optimalSample) };
  let state: MeanState = emptyMean;
  let secondOpinion: number | undefined;
  const standing = (verdict: PairedTestResult['verdict']): PairedTestResult => ({
    ...{ verdict, n: state.count, estimate: state.mean, interval: watch.interval(state) },
    ...(secondOpinion !== undefined && { secondOpinion }),
  });
  for (const { championLoss, challengerLoss } of firstPerSubject(observations)) {
    const difference = championLoss - challengerLoss;
    state = updateMean(state, difference);
    if (state.count >= policy.minimumSample)
      secondOpinion = Math.min(secondOpinion ?? 1, Math.exp(-logMixtureRatio(state, second)));
    const side = watch.add(difference, state);
    if (side !== 'neither') return standing(side === 'above' ? 'promote' : 'rollback');
    if (state.count >= policy.maximumSample) return standing('inconclusive');
  }
  return standing('continue');
}

/**
 * Leaves out what is too young to be judged. Labels that come early are not like those that come late (complaints
 * come first), so every answer gets the same time to receive one.
 *
 * @param observations - answers with the time at which they were given
 * @param nowSeconds - seconds since 1970
 * @param labelHorizonSeconds - how long an answer waits for its label
 * @returns the answers that have waited
 */
export function settled<T extends { readonly time: number }>(
  observations: readonly T[],
  nowSeconds: number,
  labelHorizonSeconds: number,
): T[] {
  return observations.filter(({ time }) => time + labelHorizonSeconds <= nowSeconds);
}

/** In order of time, ties by subject, so that every caller sees the same sequence. */
function firstPerSubject(observations: readonly PairedObservation[]): PairedObservation[] {
  const ordered = [...observations].sort((a, b) => a.time - b.time || compare(a.subject, b.subject));
  const seen = new Set<string>();
  return ordered.filter(({ subject }) => !seen.has(subject) && seen.add(subject));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
