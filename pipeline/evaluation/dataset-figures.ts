// What the answers to somebody's dataset come to: labels as a classifier's, texts as written answers'.
import type { AnsweredLine, GivenAnswer, LabelledLine } from '../../contracts/dataset-evaluation.ts';
import { measureAnswers } from './answer-metrics.ts';
import { majorityBaseline } from './baselines.ts';
import { measureClassifier } from './measure.ts';
import type { MetricTable } from './metric-table.ts';
import { findWarnings } from './warnings.ts';

export interface DatasetFigures {
  readonly metrics: MetricTable;
  /** Of labels: of always answering the most frequent one of the lines. */
  readonly majority?: MetricTable;
  /** What a reader must know before believing them, in words. */
  readonly warnings?: readonly string[];
  readonly signatures?: Readonly<Record<string, string>>;
  /** Lines without an answer, by the reason. */
  readonly unanswered: Readonly<Record<string, number>>;
  /** Of labels: row = true label, column = answer, in the order of `labels`. */
  readonly confusion?: {
    readonly labels: readonly string[];
    readonly counts: readonly (readonly number[])[];
  };
  /** Answers that were not what was expected, in the order of the lines; the first of them. */
  readonly wrong: readonly WrongAnswer[];
}

export interface WrongAnswer {
  readonly asked: string;
  readonly expected: string;
  readonly answered: string;
}

const SHOWN = 20;
const options = { seed: 1 };
/** Of a label without probabilities: those that ask how sure the answer was mean nothing. */
const DECIDED = ['accuracy', 'balancedAccuracy', 'precision', 'recall', 'f1', 'matthews'] as const;

/**
 * @param known labels that the answers may have besides those of the lines
 * @returns figures of the lines that were answered; without any, no metric has a value
 */
export function labelFigures(
  lines: readonly LabelledLine[],
  given: readonly GivenAnswer[],
  known: readonly string[] = [],
): DatasetFigures {
  const answered = lines.flatMap(({ text, label }, at) => {
    const answer = given[at];
    return 'label' in answer ? [{ text, label, answer }] : [];
  });
  const labels = [
    ...new Set([...known, ...answered.flatMap(({ label, answer }) => [label, answer.label])]),
  ].sort();
  const counts = labels.map(() => labels.map(() => 0));
  for (const { label, answer } of answered) counts[labels.indexOf(label)][labels.indexOf(answer.label)] += 1;
  const wrong = answered.flatMap(({ text, label, answer }) =>
    label === answer.label ? [] : [{ asked: text, expected: label, answered: answer.label }],
  );
  return {
    ...(answered.length === 0 || labels.length < 2 ? { metrics: {} } : labelMetrics(answered, labels)),
    unanswered: reasonsOf(given),
    confusion: { labels, counts },
    wrong: wrong.slice(0, SHOWN),
  };
}

function labelMetrics(
  answered: readonly { label: string; answer: Extract<GivenAnswer, { label: string }> }[],
  labels: readonly string[],
): Pick<DatasetFigures, 'metrics' | 'majority' | 'warnings'> {
  const truth = Int32Array.from(answered, ({ label }) => labels.indexOf(label));
  const decidedRows = answered.flatMap(({ answer }) => labels.map((label) => Number(label === answer.label)));
  const decided = measureClassifier(
    { predictions: { labels: truth, probabilities: Float64Array.from(decidedRows), classes: labels.length } },
    options,
  );
  const own = Object.fromEntries(DECIDED.map((metric) => [metric, decided[metric]]));
  const always = measureClassifier({ predictions: majorityBaseline(truth, truth, labels.length) }, options);
  const isStated = answered.every(({ answer }) => answer.probabilities !== undefined);
  const beside = {
    majority: isStated ? always : Object.fromEntries(DECIDED.map((metric) => [metric, always[metric]])),
    warnings: findWarnings({ classNames: labels, labels: truth, candidate: own, majority: always }),
  };
  if (!isStated) return { metrics: own, ...beside };
  const stated = answered.flatMap(({ answer }) => labels.map((label) => answer.probabilities?.[label] ?? 0));
  const measured = measureClassifier(
    { predictions: { labels: truth, probabilities: Float64Array.from(stated), classes: labels.length } },
    options,
  );
  return { metrics: { ...measured, ...own }, ...beside };
}

/** @returns figures of the lines that were answered; without any, no metric */
export function answerFigures(lines: readonly AnsweredLine[], given: readonly GivenAnswer[]): DatasetFigures {
  const answered = lines.flatMap(({ prompt, answer: expected }, at) => {
    const answer = given[at];
    return 'text' in answer ? [{ prompt, expected, answered: answer.text }] : [];
  });
  const unanswered = reasonsOf(given);
  const wrong = answered
    .filter((it) => it.expected.normalize('NFC').trim() !== it.answered.normalize('NFC').trim())
    .slice(0, SHOWN)
    .map(({ prompt, ...it }) => ({ asked: prompt, ...it }));
  if (answered.length === 0) return { metrics: {}, unanswered, wrong };
  const { systems, signatures } = measureAnswers(answered, options);
  return { metrics: systems[0].metrics, signatures, unanswered, wrong };
}

function reasonsOf(given: readonly GivenAnswer[]): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const answer of given)
    if ('failure' in answer) reasons[answer.failure] = (reasons[answer.failure] ?? 0) + 1;
  return reasons;
}
