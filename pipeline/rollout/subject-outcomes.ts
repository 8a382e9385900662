// From outcomes of answers to outcomes of subjects. Answers of one subject resemble each other, so the subject is what is
// drawn at random and what is counted: Deng, Knoblich and Lu, "Applying the delta method in metric analytics", KDD 2018,
// section 3. A subject enters once: its numbers would else change after a test has looked at them.

/** What came of one answer of the version that was served. */
export interface OutcomeRecord {
  readonly arm: 'champion' | 'challenger';
  /** Canary step in which the answer was given. */
  readonly step: number;
  readonly subject: string;
  /** 0 to 1, higher is better. */
  readonly value: number;
  /** When the answer was given, in seconds since 1970. */
  readonly at: number;
  /** What was known of the subject before the experiment, on the scale of the values. */
  readonly covariate?: number;
}

/** When a subject enters. */
export interface EntryOptions {
  readonly nowSeconds: number;
  /** How long an answer waits for its outcome; early ones are not like late ones. */
  readonly labelHorizonSeconds: number;
  /** From its first answer with an outcome on, a subject's answers count for so long; 0: that answer alone. */
  readonly subjectWindowSeconds: number;
}

/**
 * One record a subject: the mean of its outcomes within its window, in the step and the arm of the first.
 *
 * @param records - in any order
 * @param options - frozen but for the time
 * @returns those whose window and label horizon are over, by the time of their first answer; ties by subject
 */
export function subjectOutcomes(records: readonly OutcomeRecord[], options: EntryOptions): OutcomeRecord[] {
  const { nowSeconds, labelHorizonSeconds, subjectWindowSeconds } = options;
  const enteredBefore = nowSeconds - labelHorizonSeconds - subjectWindowSeconds;
  const bySubject = new Map<string, { first: OutcomeRecord; sum: number; count: number }>();
  for (const record of [...records].sort((a, b) => a.at - b.at || compare(a.subject, b.subject))) {
    const known = bySubject.get(record.subject);
    if (known === undefined) {
      if (record.at <= enteredBefore)
        bySubject.set(record.subject, { first: record, sum: record.value, count: 1 });
      continue;
    }
    const { first } = known;
    if (record.at - first.at > subjectWindowSeconds) continue;
    if (record.step !== first.step || record.arm !== first.arm) continue;
    known.sum += record.value;
    known.count += 1;
  }
  return [...bySubject.values()].map(({ first, sum, count }) => ({ ...first, value: sum / count }));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
