// How likely both versions find the texts that people wrote in place of answers. A text is like the answer that it corrects,
// so it is likelier by the version that gave that answer; and a version's answers are corrected where it was wrong. Both fall
// out where each number rests on two corrections, one of an answer of either version: for equal versions its mean is zero,
// whatever the share of the traffic.
import type { FeedbackRecord } from '../../contracts/observation.ts';
import type { ComparedAnswer } from './preference-differences.ts';
import type { EntryOptions } from './subject-outcomes.ts';
import type { SubjectDifference } from './within-subject-test.ts';

export interface AcceptedOptions extends EntryOptions {
  readonly champion: number;
  readonly challenger: number;
}

/**
 * Joins the first accepted text of a subject of one arm with that of a subject of the other, in the order in which their
 * answers were given, within a step.
 *
 * @param answers - of the experiment
 * @param feedback - in any order; what was written last of an answer counts
 * @param options - frozen but for the time
 * @returns one a pair whose answers are both older than the label horizon, by the later of the two; the difference is the mean
 *   of both texts' likelihoods by the challenger less those by the champion
 */
export function acceptedDifferences(
  answers: readonly ComparedAnswer[],
  feedback: readonly FeedbackRecord[],
  { nowSeconds, labelHorizonSeconds, champion, challenger }: AcceptedOptions,
): SubjectDifference[] {
  const gains = gainsOf(feedback, { champion, challenger });
  const entered = new Set<string>();
  const waiting = new Map<string, number[]>();
  const inOrder = [...answers].sort((a, b) => a.at - b.at || (a.subject < b.subject ? -1 : 1));
  return inOrder.flatMap(({ id, subject, arm, step, at }) => {
    const gain = gains.get(id);
    if (gain === undefined || entered.has(subject) || at > nowSeconds - labelHorizonSeconds) return [];
    entered.add(subject);
    const other = waiting.get(`${step} ${arm === 'champion' ? 'challenger' : 'champion'}`)?.shift();
    if (other !== undefined) return [{ subject, step, at, difference: (gain + other) / 2 }];
    const own = `${step} ${arm}`;
    waiting.set(own, [...(waiting.get(own) ?? []), gain]);
    return [];
  });
}

/** By response; nothing of a text that was not scored by both versions. */
function gainsOf(
  feedback: readonly FeedbackRecord[],
  { champion, challenger }: Pick<AcceptedOptions, 'champion' | 'challenger'>,
): Map<string, number> {
  const gains = new Map<string, number>();
  for (const { prediction, likelihoods } of [...feedback].sort(
    (a, b) => Date.parse(a.at) - Date.parse(b.at),
  )) {
    const [before, after] = [likelihoods?.[String(champion)], likelihoods?.[String(challenger)]];
    if (before !== undefined && after !== undefined) gains.set(prediction, after - before);
  }
  return gains;
}
