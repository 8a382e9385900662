// From what came of a language model's answers to the evidence that its canary is judged by. Pure: records in,
// evidence out.
import type { RolloutSpec } from '../contracts/model-spec/judgement.ts';
import type { OutcomeMetric } from '../contracts/model-spec/rollout-test.ts';
import type { CompletionRecord, Observation } from '../contracts/observation.ts';
import { acceptedDifferences } from '../pipeline/rollout/accepted-differences.ts';
import type { HealthJudgement } from '../pipeline/rollout/health.ts';
import { isPaired, isSaid, outcomeValues } from '../pipeline/rollout/outcome-values.ts';
import type { OutcomeEvidence } from '../pipeline/rollout/outcome-verdict.ts';
import { type ComparedAnswer, preferenceDifferences } from '../pipeline/rollout/preference-differences.ts';
import { sampleRatioMismatch } from '../pipeline/rollout/sample-ratio.ts';
import { type OutcomeRecord, subjectOutcomes } from '../pipeline/rollout/subject-outcomes.ts';
import { twoArmTest } from '../pipeline/rollout/two-arm-test.ts';
import { subjectDifferences, withinSubjectTest } from '../pipeline/rollout/within-subject-test.ts';
import { countAnswers, countArms, type ExperimentInput } from './experiment-evidence.ts';

interface Sources {
  /** From the begin of the rollout on, and before it so long as the policy's covariate needs. */
  readonly records: readonly Observation[];
  readonly health: HealthJudgement;
  readonly now: Date;
}

/** @returns the moment from which records are needed to judge by outcomes */
export function outcomesSince({
  rolloutStartedAt,
  startedAt,
  policy,
}: Pick<ExperimentInput, 'rolloutStartedAt' | 'startedAt' | 'policy'>): Date {
  const begin = Date.parse(rolloutStartedAt ?? startedAt);
  return new Date(begin - (policy.covariateSeconds ?? 0) * 1_000);
}

/** @returns what a step rests on, and how many requests it had */
export function gatherOutcomeEvidence(
  input: ExperimentInput & { readonly policy: { readonly metrics?: readonly OutcomeMetric[] | undefined } },
  { records, health, now }: Sources,
): { evidence: OutcomeEvidence; requests: number } {
  const { policy, experiment, step, trafficFraction } = input;
  const completions = uniqueById(records.filter((record) => record.kind === 'completion'));
  const inExperiment = completions.filter((it) => it.experiment === experiment && it.step !== undefined);
  const answers = inExperiment.filter((it) => it.step === step);
  const feedback = records.filter((record) => record.kind === 'feedback');
  const isInterleaved = policy.design === 'interleaved';
  const shareOf = (at: number) => policy.steps[at - 1] ?? trafficFraction;
  const entry = entryOptions(policy, now);
  const versions = { champion: input.champion, challenger: input.version };
  const compare = (metric: OutcomeMetric, outcomes: readonly OutcomeRecord[]) => {
    if (isPaired(metric)) {
      const compared = inExperiment.flatMap(comparedAnswer);
      const [subjects, unit] =
        metric === 'preference'
          ? [preferenceDifferences(compared, feedback, entry), 'comparisons' as const]
          : [acceptedDifferences(compared, feedback, { ...entry, ...versions }), 'pairs of texts' as const];
      return { subjects, standing: { unit, ...withinSubjectTest(subjects, policy) } };
    }
    if (!isInterleaved) {
      const subjects = subjectOutcomes(outcomes, entry);
      return { subjects, standing: twoArmTest(subjects, shareOf, policy) };
    }
    const subjects = subjectDifferences(outcomes, entry);
    return { subjects, standing: { isInterleaved, ...withinSubjectTest(subjects, policy) } };
  };
  const speakers = new Set<string>();
  const comparers = new Set<string>();
  const spokenOf = new Set<string>();
  const metrics = policy.metrics ?? [];
  const counts = (metric: OutcomeMetric) => isSaid(metric) || !metrics.some(isSaid);
  const standings = metrics.map((metric) => {
    const values = outcomeValues(metric, completions, feedback);
    const before = meansBefore(completions, values, outcomesSinceStart(input));
    const outcomes = inExperiment.flatMap((answer) => outcomeOf(answer, values, before));
    for (const { id, at } of answers) {
      const isSettled = Date.parse(at) <= now.getTime() - policy.labelHorizonSeconds * 1_000;
      if (isSettled && counts(metric) && values.has(id)) spokenOf.add(id);
    }
    const { subjects, standing } = compare(metric, outcomes);
    const heard = isPaired(metric) ? comparers : speakers; // a pair speaks of both arms at once
    if (counts(metric)) for (const it of subjects) if (it.step === step) heard.add(it.subject);
    return { metric, ...standing };
  });
  const shares = [1 - trafficFraction, trafficFraction];
  const countUnits = isInterleaved ? countAnswers : countArms;
  const isHeard = ({ id, subject }: CompletionRecord) =>
    isInterleaved ? spokenOf.has(id) : speakers.has(subject);
  return {
    requests: answers.length,
    evidence: {
      ...{ elapsedSeconds: input.elapsedSeconds, health, standings },
      isLastStep: step >= policy.steps.length,
      sampleRatio: sampleRatioMismatch(countUnits(answers), shares),
      outcomeRatio: sampleRatioMismatch(countUnits(answers.filter(isHeard)), shares),
      stepSubjects: new Set([...speakers, ...comparers]).size,
    },
  };
}

const entryOptions = (policy: RolloutSpec, now: Date) => ({
  nowSeconds: now.getTime() / 1_000,
  labelHorizonSeconds: policy.labelHorizonSeconds,
  subjectWindowSeconds: policy.subjectWindowSeconds ?? 0,
});

const outcomesSinceStart = ({ rolloutStartedAt, startedAt }: ExperimentInput): number =>
  Date.parse(rolloutStartedAt ?? startedAt);

function uniqueById(records: readonly CompletionRecord[]): CompletionRecord[] {
  return [...new Map(records.map((record) => [record.id, record])).values()];
}

function outcomeOf(
  { id, arm, step, subject, at }: CompletionRecord,
  values: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): OutcomeRecord[] {
  const value = values.get(id);
  if (value === undefined || step === undefined) return [];
  const covariate = before.get(subject);
  const record = { arm, step, subject, value, at: Date.parse(at) / 1_000 };
  return [covariate === undefined ? record : { ...record, covariate }];
}

const comparedAnswer = ({ id, arm, step, subject, at }: CompletionRecord): ComparedAnswer[] =>
  step === undefined ? [] : [{ id, arm, step, subject, at: Date.parse(at) / 1_000 }];

/** Mean outcome of each subject before the rollout: what it thinks of answers, whoever gives them. */
function meansBefore(
  completions: readonly CompletionRecord[],
  values: ReadonlyMap<string, number>,
  beginMs: number,
): Map<string, number> {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const { id, at, subject } of completions) {
    const value = values.get(id);
    if (value === undefined || Date.parse(at) >= beginMs) continue;
    const { sum, count } = sums.get(subject) ?? { sum: 0, count: 0 };
    sums.set(subject, { sum: sum + value, count: count + 1 });
  }
  return new Map([...sums].map(([subject, { sum, count }]) => [subject, sum / count]));
}
