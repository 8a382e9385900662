// An interleaved test: each request draws its arm anew, so a subject meets both versions and is its own control (Chapelle,
// Joachims, Radlinski and Yue, "Large-scale validation and analysis of interleaved search evaluation", TOIS 30(1), 2012).
// What makes subjects content or not falls out of the difference of their two means. Departs from the paper in mixing
// whole answers over a subject's requests, not results within one answer: a text cannot be cut in two.
import { emptyMean, updateMean } from './confidence-sequence.ts';
import type { SequencePolicy } from './policy.ts';
import { watchScores } from './score-watch.ts';
import type { EntryOptions, OutcomeRecord } from './subject-outcomes.ts';
import type { TwoArmResult } from './two-arm-test.ts';

/** One subject that met both versions. */
export interface SubjectDifference {
  readonly subject: string;
  /** Canary step of all its answers that count. */
  readonly step: number;
  /** When the first of them was given, in seconds since 1970. */
  readonly at: number;
  /** Its mean outcome by the challenger less that by the champion, −1 to 1. */
  readonly difference: number;
}

/**
 * One difference a subject: of its first window that holds an outcome of both arms. Arms are drawn without regard to
 * outcomes, so for equal versions the mean of the difference is zero, whatever drifts within the window.
 *
 * @param records - in any order
 * @param options - frozen but for the time; the window is above 0
 * @returns subjects whose window and label horizon are over, by the begin of the window; ties by subject
 */
export function subjectDifferences(
  records: readonly OutcomeRecord[],
  options: EntryOptions,
): SubjectDifference[] {
  const bySubject = new Map<string, OutcomeRecord[]>();
  for (const record of [...records].sort((a, b) => a.at - b.at)) {
    const own = bySubject.get(record.subject);
    if (own) own.push(record);
    else bySubject.set(record.subject, [record]);
  }
  return [...bySubject.values()]
    .flatMap((own) => firstDifference(own, options) ?? [])
    .sort((a, b) => a.at - b.at || (a.subject < b.subject ? -1 : 1));
}

/** @param own - of one subject, by time */
function firstDifference(
  own: readonly OutcomeRecord[],
  options: EntryOptions,
): SubjectDifference | undefined {
  const { nowSeconds, labelHorizonSeconds, subjectWindowSeconds } = options;
  let rest = own;
  while (rest.length > 0) {
    const [first] = rest;
    if (first.at > nowSeconds - labelHorizonSeconds - subjectWindowSeconds) return undefined;
    const counts = ({ at, step }: OutcomeRecord) =>
      at - first.at <= subjectWindowSeconds && step === first.step;
    const window = rest.filter(counts);
    const [champion, challenger] = (['champion', 'challenger'] as const).map((arm) =>
      window.filter((it) => it.arm === arm).map(({ value }) => value),
    );
    if (champion.length > 0 && challenger.length > 0) {
      const { subject, step, at } = first;
      return { subject, step, at, difference: meanOf(challenger) - meanOf(champion) };
    }
    rest = rest.filter((it) => !counts(it));
  }
  return undefined;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Runs the comparison over all subjects.
 *
 * @param differences - each subject once, in the order of their entry
 * @param policy - frozen parameters; `minimumSample` counts subjects that met both versions
 * @returns the standing, with all subjects in both arms. It depends on the subjects and not on how often it is asked for
 */
export function withinSubjectTest(
  differences: readonly SubjectDifference[],
  policy: SequencePolicy,
): TwoArmResult {
  let state = emptyMean;
  const watch = watchScores(policy, () => state);
  const enough = () => state.count >= policy.minimumSample;
  let pBelow = 1;
  for (const { difference } of differences) {
    state = updateMean(state, difference);
    watch.add({ score: difference, weight: 1 });
    pBelow = Math.min(pBelow, watch.pValues(enough()).below);
  }
  return {
    ...{ champion: state.count, challenger: state.count, estimate: state.mean },
    ...{ interval: watch.interval(enough()), pAbove: watch.pValues(enough()).above, pBelow },
  };
}
