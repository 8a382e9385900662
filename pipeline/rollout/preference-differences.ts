// Comparisons of two answers, one of each arm, as people made them. Each is one number: 1 where the challenger's answer was
// preferred, −1 where the champion's was, 0 for a tie, so that their mean is the share won by the one less that won by the
// other. For equal versions it is zero, whatever the share of the traffic, as long as who compares cannot tell them apart.
import type { FeedbackRecord } from '../../contracts/observation.ts';
import type { EntryOptions, OutcomeRecord } from './subject-outcomes.ts';
import type { SubjectDifference } from './within-subject-test.ts';

/** An answer of the experiment. */
export type ComparedAnswer = Omit<OutcomeRecord, 'value' | 'covariate'> & { readonly id: string };

/**
 * Takes the comparisons of answers of the two arms in the same step; a subject takes part in its first one only, since those
 * of one subject resemble each other.
 *
 * @param answers - of the experiment
 * @param feedback - in any order; what was said last of a pair counts
 * @param options - frozen but for the time
 * @returns one a comparison whose answers are both older than the label horizon, by the later of the two
 */
export function preferenceDifferences(
  answers: readonly ComparedAnswer[],
  feedback: readonly FeedbackRecord[],
  { nowSeconds, labelHorizonSeconds }: EntryOptions,
): SubjectDifference[] {
  const byId = new Map(answers.map((answer) => [answer.id, answer]));
  const comparisons = [...lastSaid(feedback)]
    .flatMap(([, { chosen, rejected, isTie }]) => {
      const [better, worse] = [byId.get(chosen), byId.get(rejected)];
      if (!better || !worse || better.arm === worse.arm || better.step !== worse.step) return [];
      const won = better.arm === 'challenger' ? 1 : -1;
      const subjects = [better.subject, worse.subject].sort();
      const at = Math.max(better.at, worse.at);
      return [{ subjects, step: better.step, at, difference: isTie ? 0 : won }];
    })
    .filter(({ at }) => at <= nowSeconds - labelHorizonSeconds)
    .sort((a, b) => a.at - b.at || (a.subjects.join() < b.subjects.join() ? -1 : 1));
  const entered = new Set<string>();
  return comparisons.flatMap(({ subjects, ...comparison }) => {
    if (subjects.some((subject) => entered.has(subject))) return [];
    for (const subject of subjects) entered.add(subject);
    return [{ subject: subjects[0], ...comparison }];
  });
}

interface Preference {
  readonly chosen: string;
  readonly rejected: string;
  readonly isTie: boolean;
}

/** By pair of responses; other texts are of no arm. */
function lastSaid(feedback: readonly FeedbackRecord[]): Map<string, Preference> {
  const said = new Map<string, Preference>();
  for (const { preference } of [...feedback].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    if (!preference || !('response' in preference.chosen) || !('response' in preference.rejected)) continue;
    const [chosen, rejected] = [preference.chosen.response, preference.rejected.response];
    said.set([chosen, rejected].sort().join(' '), { chosen, rejected, isTie: preference.tie ?? false });
  }
  return said;
}
