// What is said to workflows and what they answer. Names and payloads only: `workflows/` defines the handlers, `client/`
// and `control/` send them. Every update is answered on acceptance, before the work that it brings.
import { z } from 'zod';
import type { Approval } from './approval.ts';
import { type Digest, digestSchema } from './artifact.ts';
import type { GateJudgement } from './gate-judgement.ts';
import { type RolloutSpec, type Strategy, strategies } from './model-spec/judgement.ts';
import { type ModelSpec, modelSpecSchema } from './model-spec/model-spec.ts';
import { type Trigger, triggerSchema, versionNumberSchema } from './registry.ts';
import type { Stage } from './stages.ts';

/** Ids by which workflows are found. */
export const workflowIds = {
  controller: (model: string) => `model/${model}`,
  lifecycle: (model: string, run: string) => `lifecycle/${model}/${run}`,
  cleaning: (lifecycleId: string) => `${lifecycleId}/cleaning`,
  training: (lifecycleId: string) => `${lifecycleId}/training`,
  search: (trainingId: string) => `${trainingId}/search`,
  rollout: (model: string, version: number) => `rollout/${model}/${version}`,
  /** Of the Temporal Schedule of a model, and the beginning of the ids of what it starts. */
  schedule: (model: string) => `schedule/${model}`,
  /** @param target keyed digest: what is forgotten has no name here */
  forgetting: (target: string) => `forgetting/${target}`,
  keyChange: (request: string) => `keys/${request}`,
  datasetEvaluation: (request: string) => `dataset-evaluation/${request}`,
  batch: (model: string, job: string) => `batch/${model}/${job}`,
  /** Of the Temporal Schedule of a batch that a model file describes. */
  batchSchedule: (model: string, name: string) => `batch-schedule/${model}/${name}`,
  dataCheck: (model: string, request: string) => `data-check/${model}/${request}`,
  planning: (model: string, request: string) => `planning/${model}/${request}`,
  repair: (model: string, version: number) => `repair/${model}/${version}`,
} as const;

/** @returns ids of the workflows that a lifecycle starts for its stages */
export function workflowsBelow(lifecycleId: string): string[] {
  const training = workflowIds.training(lifecycleId);
  return [workflowIds.cleaning(lifecycleId), training, workflowIds.search(training)];
}

/** Names of workflow types, messages and queries. */
export const workflowTypes = {
  controller: 'controllerWorkflow',
  lifecycle: 'lifecycleWorkflow',
  cleaning: 'cleaningWorkflow',
  training: 'trainingWorkflow',
  languageTraining: 'languageTrainingWorkflow',
  search: 'searchWorkflow',
  rollout: 'rolloutWorkflow',
  scheduleTick: 'scheduleTickWorkflow',
  forgetting: 'forgettingWorkflow',
  keyChange: 'keyChangeWorkflow',
  datasetEvaluation: 'datasetEvaluationWorkflow',
  batch: 'batchWorkflow',
  dataCheck: 'dataCheckWorkflow',
  planning: 'planningWorkflow',
  repair: 'repairWorkflow',
} as const;

export const messageNames = {
  applySpec: 'applySpec',
  retrain: 'retrain',
  deliverAlert: 'deliverAlert',
  approve: 'approve',
  reject: 'reject',
  startRollout: 'startRollout',
  rollback: 'rollback',
  pause: 'pause',
  resume: 'resume',
  pauseRollout: 'pauseRollout',
  resumeRollout: 'resumeRollout',
  runFinished: 'runFinished',
  rolloutFinished: 'rolloutFinished',
  decideRollout: 'decideRollout',
  decideData: 'decideData',
  status: 'status',
  history: 'history',
} as const;

const by = z.string().min(1);

export const applySpecRequestSchema = z.object({ spec: modelSpecSchema, by });
export const retrainRequestSchema = z.object({
  trigger: triggerSchema,
  strategy: z.enum(strategies).optional(),
  /** The version to go on from, in service or not; the run is incremental then, whatever the strategy. */
  from: versionNumberSchema.optional(),
  /** Names the run; default: made from the time. */
  run: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,80}$/)
    .optional(),
});
export type RetrainRequest = z.infer<typeof retrainRequestSchema>;

/** One alert of an Alertmanager webhook. */
export const alertSchema = z.object({
  status: z.enum(['firing', 'resolved']),
  name: z.string().min(1),
  fingerprint: z.string().min(1),
  startsAt: z.string().min(1),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()).default({}),
});
export type Alert = z.infer<typeof alertSchema>;

export const versionRequestSchema = z.object({
  version: versionNumberSchema,
  by,
  reason: z.string().default(''),
  /** Of an approval: what it rests on. */
  evidence: digestSchema.optional(),
});
export type VersionRequest = z.infer<typeof versionRequestSchema>;
/** A person starts a rollout; `canary` skips the shadow test and may bring back a quarantined version. */
export const startRolloutRequestSchema = versionRequestSchema.extend({
  entry: z.enum(['shadow', 'canary']).default('shadow'),
  /** Further versions, rolled out at the same time. */
  others: z.array(versionNumberSchema).min(1).max(3).optional(),
});
export type StartRolloutRequest = z.infer<typeof startRolloutRequestSchema>;
export const rollbackRequestSchema = z.object({ by, reason: z.string().min(1) });
export type RollbackRequest = z.infer<typeof rollbackRequestSchema>;
export const personRequestSchema = z.object({ by });
export type PersonRequest = z.infer<typeof personRequestSchema>;

/** A person's word on data that was not as expected. */
export const dataDecisionSchema = z.object({ accept: z.boolean(), by, reason: z.string().min(1) });
export type DataDecision = z.infer<typeof dataDecisionSchema>;

/** What the controller made of something that it was told. */
export const decisions = [
  'started',
  'duplicate',
  'cooldown',
  'busy',
  'paused',
  'ignored',
  'resolved',
  'done',
] as const;
export interface Decision {
  readonly decision: (typeof decisions)[number];
  /** In words, for people. */
  readonly reason: string;
  /** The workflow that was started or told. */
  readonly workflowId?: string;
}

export interface DataCheckInput {
  readonly spec: ModelSpec;
}

export interface ControllerInput {
  readonly model: string;
  /** Carried through continue-as-new. */
  readonly state?: ControllerState;
}

/** A Schedule can only start workflows: what it starts asks the controller for a run. */
export interface ScheduleTickInput {
  readonly model: string;
  /** The cron expression, for lineage. */
  readonly schedule: string;
}

/** An open piece of work of a model. */
export interface OpenWork {
  readonly workflowId: string;
  readonly startedAt: string;
  readonly trigger?: Trigger;
  readonly version?: number;
  /** Of a rollout of several versions: the further ones. */
  readonly others?: readonly number[];
}

export interface HistoryEntry {
  readonly at: string;
  readonly what: string;
  readonly decision: string;
  readonly reason: string;
}

export interface ControllerState {
  readonly model: string;
  readonly paused: boolean;
  readonly run?: OpenWork;
  readonly rollout?: OpenWork;
  /** Registered versions that wait for the active rollout to end. */
  readonly waiting: readonly number[];
  /** `fingerprint + startsAt` of alerts that were acted upon, newest last, bounded. */
  readonly handledAlerts: readonly string[];
  readonly lastRunEndedAt?: string;
  readonly history: readonly HistoryEntry[];
}

export interface LifecycleInput {
  readonly model: string;
  readonly spec: ModelSpec;
  readonly trigger: Trigger;
  readonly strategy: Strategy;
  /** The version that training goes on from; absent: the one in service, where the strategy is incremental. */
  readonly from?: number;
  /** Told when the run has ended. */
  readonly controllerId?: string;
  /** Search attributes that this server has. */
  readonly searchAttributes?: readonly string[];
}

export type StageState = 'waiting' | 'running' | 'done' | 'cached' | 'failed';
export interface StageStatus {
  readonly stage: Stage;
  readonly state: StageState;
  readonly detail: string;
  readonly seconds?: number;
}

export interface LifecycleStatus {
  readonly stages: readonly StageStatus[];
  readonly outcome?: LifecycleResult['outcome'];
}

export interface LifecycleResult {
  readonly outcome: 'registered' | 'rejected';
  readonly version?: number;
  readonly reasons: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
  /** As they were judged, in the order of the model file; absent where nothing came that far. */
  readonly gates?: readonly GateJudgement[];
}

export interface RunFinished {
  readonly workflowId: string;
  readonly outcome: LifecycleResult['outcome'] | 'failed' | 'cancelled';
  readonly version?: number;
  readonly reason: string;
}

export interface RolloutInput {
  readonly model: string;
  readonly version: number;
  /** In service when the rollout starts; absent for a first version. */
  readonly champion?: number;
  /** Frozen: a change of the spec opens a new experiment. */
  readonly policy: RolloutSpec;
  readonly experiment: string;
  /** Answers cannot be compared, as of a language model: no shadow, and canary steps on health alone; absent: they are. */
  readonly judgedBy?: 'guardrails';
  readonly entry: 'shadow' | 'canary';
  /** Further versions that are held against the champion at the same time; the best of all takes over. */
  readonly others?: readonly number[];
  readonly requestedBy: string;
  readonly controllerId?: string;
  readonly searchAttributes?: readonly string[];
}

/** A version is asked as clients ask, before it has any traffic. */
export interface ValidationInput {
  readonly model: string;
  readonly version: number;
  readonly champion?: number;
  readonly judgedBy?: 'guardrails';
  /** Absent in rollouts from before it: the defaults. */
  readonly validation?: RolloutSpec['validation'];
}

export interface ValidationResult {
  readonly valid: boolean;
  /** Whether a gateway was there to be asked. */
  readonly reached: boolean;
  /** One a fault. */
  readonly reasons: readonly string[];
  readonly answers: number;
  readonly medianMs?: number;
  readonly championMedianMs?: number;
}

export const rolloutVerdicts = [
  'promote',
  'rollback',
  'inconclusive',
  'no-traffic',
  'unhealthy',
  'rejected',
  'stopped',
] as const;
export type RolloutVerdict = (typeof rolloutVerdicts)[number];

/** What one look at a running experiment found. */
export interface Look {
  readonly verdict: 'continue' | 'promote' | 'rollback' | 'inconclusive' | 'no-traffic' | 'unhealthy';
  /** Labelled, paired answers that the test rests on. */
  readonly pairs: number;
  /** Loss of the champion less loss of the challenger: above zero, the challenger is better. */
  readonly estimate?: number;
  readonly interval?: readonly [lower: number, upper: number];
  readonly requests: number;
  readonly reasons: readonly string[];
  /** Subjects did not come to the arms as asked for: the share stays until they do, or patience ends. */
  readonly hold?: { readonly reason: string; readonly pValue: number };
  /** Somebody took the version out without this rollout, by this generation of the routing. */
  readonly takenOutBy?: number;
}

export interface RolloutStatus {
  readonly phase:
    | 'approval'
    | 'deploying'
    | 'validating'
    | 'shadow'
    | 'canary'
    | 'promoting'
    | 'watching'
    | 'rolling-back'
    | 'ended';
  readonly step: number;
  readonly trafficFraction: number;
  readonly look?: Look;
  /** Of several versions at once: the last look at each that has not left. */
  readonly arms?: readonly { readonly version: number; readonly look: Look }[];
  readonly verdict?: RolloutVerdict;
  /** Where the spec asks for approval: what it must rest on, and who may give it. */
  readonly approval?: Approval;
  /** A person holds it where it is. */
  readonly paused?: RolloutPause;
}

export interface RolloutPause {
  readonly by: string;
  readonly reason: string;
  readonly since: string;
}

export interface RolloutResult {
  readonly verdict: RolloutVerdict;
  /** Of several versions at once: the one that the verdict is on. */
  readonly version?: number;
  /** The look that decided, where one did. */
  readonly look?: Look;
  readonly reasons: readonly string[];
  /** After a rollback: what was checked. */
  readonly verification?: RollbackVerification;
  /** After a rollback: what it cost. */
  readonly incident?: RecordedIncident;
}

/** A rollback in words, and the page that shows it. */
export interface RecordedIncident {
  readonly page: string;
  readonly lines: readonly string[];
}

export interface RollbackVerification {
  readonly verified: boolean;
  readonly generation: number;
  /** Answers given after the rollback, and how many of them by the version that was taken out. */
  readonly answersSince: number;
  readonly answersByBadVersion: number;
  readonly quarantined: boolean;
  readonly reasons: readonly string[];
}

export interface RolloutFinished {
  readonly workflowId: string;
  readonly version: number;
  readonly verdict: RolloutVerdict;
  readonly reason: string;
}

/** A person's word to a rollout. */
export interface RolloutDecision {
  readonly decision: 'approve' | 'reject' | 'rollback' | 'pause' | 'resume';
  readonly by: string;
  readonly reason: string;
  /** Of several versions at once: the one that is rejected; absent: all of them. */
  readonly version?: number;
  /** Of an approval: what it rests on. */
  readonly evidence?: Digest;
}
