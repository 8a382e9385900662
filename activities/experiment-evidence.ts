// From the records of the gateway to the evidence that verdicts rest on. Pure: records in, evidence out.
import { joinLabels, type LabelledPrediction } from '../artifacts/observations.ts';
import type { RolloutSpec } from '../contracts/model-spec/judgement.ts';
import type { Observation, PredictionRecord } from '../contracts/observation.ts';
import type { GuardrailEvidence } from '../pipeline/rollout/guardrail-verdict.ts';
import type { HealthJudgement } from '../pipeline/rollout/health.ts';
import { answerLoss } from '../pipeline/rollout/losses.ts';
import { type PairedObservation, pairedTest, settled } from '../pipeline/rollout/paired-test.ts';
import { phasePolicy } from '../pipeline/rollout/policy.ts';
import { sampleRatioMismatch } from '../pipeline/rollout/sample-ratio.ts';
import type { RolloutEvidence } from '../pipeline/rollout/verdict.ts';

export interface ExperimentInput {
  readonly model: string;
  readonly version: number;
  readonly champion: number;
  readonly experiment: string;
  readonly policy: RolloutSpec;
  readonly mode: 'shadow' | 'canary';
  readonly step: number;
  readonly trafficFraction: number;
  /** An earlier phase of this rollout has found the challenger better. */
  readonly qualityProven: boolean;
  readonly startedAt: string;
  /** Where the policy names outcomes: they are compared over all steps. */
  readonly rolloutStartedAt?: string;
  readonly elapsedSeconds: number;
  /** Answers cannot be compared; absent: they are, in pairs. */
  readonly judgedBy?: 'guardrails';
}

interface Sources {
  readonly records: readonly Observation[];
  readonly health: HealthJudgement;
  readonly now: Date;
}

/** @returns evidence over the answers of this phase alone, and how many requests it had */
export function gatherEvidence(
  input: ExperimentInput,
  { records, health, now }: Sources,
): { evidence: RolloutEvidence; requests: number } {
  const { policy, mode, trafficFraction } = input;
  const ofThisPhase = (record: PredictionRecord) =>
    record.experiment === input.experiment && record.step === input.step;
  const answers = records.filter((record) => record.kind === 'prediction').filter(ofThisPhase);
  const labelled = settled(
    joinLabels(records)
      .labelled.filter(({ prediction }) => ofThisPhase(prediction))
      .map((joined) => ({ ...joined, time: Date.parse(joined.prediction.at) / 1_000 })),
    now.getTime() / 1_000,
    policy.labelHorizonSeconds,
  );
  const pairs = labelled.flatMap((joined) => pairOf(joined, policy.metric));
  const shares = [1 - trafficFraction, trafficFraction];
  const split = (subjects: readonly PredictionRecord[]) =>
    mode === 'shadow' ? null : sampleRatioMismatch(countArms(subjects), shares);
  return {
    requests: answers.length,
    evidence: {
      phase: mode,
      qualityProven: input.qualityProven,
      elapsedSeconds: input.elapsedSeconds,
      health,
      paired: pairedTest(pairs, phasePolicy(policy, input.qualityProven)),
      sampleRatio: split(answers),
      labels: {
        labelled: subjectsOf(labelled.map(({ prediction }) => prediction)).length,
        paired: new Set(pairs.map(({ subject }) => subject)).size,
        ratio: split(labelled.map(({ prediction }) => prediction)),
      },
    },
  };
}

/** @returns what a step rests on where answers are not compared, and how many requests it had */
export function gatherGuardrailEvidence(
  { experiment, step, trafficFraction, elapsedSeconds }: ExperimentInput,
  { records, health }: Pick<Sources, 'records' | 'health'>,
): { evidence: GuardrailEvidence; requests: number } {
  const answers = records
    .filter((record) => record.kind === 'completion')
    .filter((record) => record.experiment === experiment && record.step === step);
  const sampleRatio = sampleRatioMismatch(countArms(answers), [1 - trafficFraction, trafficFraction]);
  return { requests: answers.length, evidence: { elapsedSeconds, health, sampleRatio } };
}

/** Both versions' losses on one labelled answer, whichever of them was served. */
function pairOf(
  { prediction, label, time }: LabelledPrediction & { time: number },
  metric: 'brier' | 'accuracy',
): PairedObservation[] {
  const { served, shadow, arm, subject } = prediction;
  if (!shadow) return [];
  const [champion, challenger] = arm === 'champion' ? [served, shadow] : [shadow, served];
  return [
    {
      subject,
      time,
      championLoss: answerLoss(metric, champion, label),
      challengerLoss: answerLoss(metric, challenger, label),
    },
  ];
}

/** Each subject once, with its first record: repeats carry no news. */
function subjectsOf<T extends { readonly subject: string }>(records: readonly T[]): T[] {
  const first = new Map<string, T>();
  for (const record of records) if (!first.has(record.subject)) first.set(record.subject, record);
  return [...first.values()];
}

/** @returns subjects of each arm, by their first record */
export function countArms(
  records: readonly Pick<PredictionRecord, 'subject' | 'arm'>[],
): [champion: number, challenger: number] {
  const subjects = subjectsOf(records);
  const challenger = subjects.filter(({ arm }) => arm === 'challenger').length;
  return [subjects.length - challenger, challenger];
}

/** @returns answers of each arm, for experiments that draw each of them apart */
export function countAnswers(
  records: readonly Pick<PredictionRecord, 'arm'>[],
): [champion: number, challenger: number] {
  const challenger = records.filter(({ arm }) => arm === 'challenger').length;
  return [records.length - challenger, challenger];
}
