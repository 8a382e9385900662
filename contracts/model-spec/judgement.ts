// How a version is judged: before it serves (evaluation and its gates), while it takes over (rollout), and in service
// (monitoring and retraining).
import { z } from 'zod';
import { cronProblem } from './cron.ts';
import { rolloutTestFields } from './rollout-test.ts';
import { rolloutValidationSchema } from './rollout-validation.ts';
import { splitSchema } from './split.ts';

export const gateMetrics = [
  'accuracy',
  'balancedAccuracy',
  'precision',
  'recall',
  'f1',
  'matthews',
  'auc',
  'averagePrecision',
  'brier',
  'logLoss',
  'calibrationError',
] as const;
/** Of a classifier. */
export type GateMetric = (typeof gateMetrics)[number];

/** Of a language model on documents that it was not trained on. */
export const languageMetrics = ['loss', 'perplexity', 'bitsPerByte', 'nextTokenAccuracy'] as const;
export type LanguageMetric = (typeof languageMetrics)[number];

/** Of answers in words to prompts that a language model was not trained on; baselines answer them too. */
export const writtenMetrics = ['exactMatch', 'tokenF1', 'rougeL', 'chrf', 'bleu'] as const;
export type WrittenMetric = (typeof writtenMetrics)[number];

/** Of a language model that was taught to answer, on answers that it was not trained on. */
export const answerMetrics = ['answerLoss', 'answerPerplexity', ...writtenMetrics] as const;
export type AnswerMetric = (typeof answerMetrics)[number];

/** Of the entities that a model finds in documents, each right or wrong as a whole, and of single words. */
export const entityMetrics = [
  'entityPrecision',
  'entityRecall',
  'entityF1',
  'macroEntityF1',
  'tokenAccuracy',
] as const;
export type EntityMetric = (typeof entityMetrics)[number];

/** What a version may cost, and what may spoil its figures; only `at-most` takes them. */
export const budgetMetrics = ['latencyP95Ms', 'packageBytes', 'leakage'] as const;
export type BudgetMetric = (typeof budgetMetrics)[number];

const metric = z.enum([
  ...gateMetrics,
  ...languageMetrics,
  ...answerMetrics,
  ...entityMetrics,
  ...budgetMetrics,
]);

/** By what held-out documents are cut into slices. */
export const sliceDimensions = ['language', 'length', 'source', 'label'] as const;
export type SliceDimension = (typeof sliceDimensions)[number];

const confident = {
  /**
   * `value`: the value alone counts; `passes`: only what the interval shows to fail fails; `fails`: only what it shows to pass
   * passes. Absent: `value`, and of slices `passes`.
   */
  inDoubt: z.enum(['value', 'passes', 'fails']).optional(),
  /** Of the interval that is told, and decides where `inDoubt` says so; of slices, of all their intervals at once. Absent: 0.95. */
  confidence: z.number().gt(0.5).lt(1).optional(),
};
const judged = {
  /** Judged slice by slice, on each that has documents enough; absent: on all documents together. */
  slice: z.enum(sliceDimensions).optional(),
  ...confident,
};
export type GateInDoubt = NonNullable<z.infer<typeof confident.inDoubt>>;

export const gateSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('at-least'), metric, bound: z.number(), ...judged }),
  z.strictObject({ kind: z.literal('at-most'), metric, bound: z.number(), ...judged }),
  /** Not worse than the version in service by more than the margin; passes where none is in service. */
  z.strictObject({
    kind: z.literal('no-worse-than-champion'),
    metric,
    margin: z.number().nonnegative(),
    ...judged,
  }),
  /** Not worse than the best of the baselines, on the same documents, by more than the margin. */
  z.strictObject({
    kind: z.literal('no-worse-than-baselines'),
    metric,
    margin: z.number().nonnegative(),
    ...confident,
  }),
]);
/** A condition that a version must meet before it may be registered for rollout. */
export type GateSpec = z.infer<typeof gateSchema>;

/** A few lines: a report shows each token of it. */
const sampleText = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .refine((text) => !/\p{Surrogate}/u.test(text), 'expected whole characters, not half of a surrogate pair');

export const evaluationSchema = z.strictObject({
  /** The last so many (labelled) documents are never trained on: threshold and gates are judged on them. */
  holdout: z.number().int().min(10).default(500),
  /** How those are chosen; absent: by `last`. */
  split: splitSchema.optional(),
  /** The label whose precision, recall and F1 are reported first; default: the last in alphabetical order. */
  positiveLabel: z.string().optional(),
  gates: z.array(gateSchema).default([]),
  /**
   * Of a language model: tokens that a window lies behind the one before, where held-out documents are measured. The fewer, the
   * more stands before a token, and the longer it takes; absent: the context's length.
   */
  stride: z.number().int().min(1).optional(),
  /** Of a language model: texts whose probability the report tells token by token; absent: sentences that were held out. */
  samples: z.array(sampleText).max(12).optional(),
  /** Of a language model: beginnings that the report continues; absent: those of the samples. */
  prompts: z.array(sampleText).max(12).optional(),
});
export type EvaluationSpec = z.infer<typeof evaluationSchema>;

export const rolloutSchema = z.strictObject({
  /** `manual`: waits for `coppice approve` before any traffic moves. */
  approval: z.enum(['automatic', 'manual']).default('automatic'),
  /** A person is waited for so long; absent: without a bound. */
  approvalDeadlineSeconds: z.number().positive().optional(),
  /** Then: `hold` goes on waiting and shows it as overdue; `reject` ends the rollout. */
  atApprovalDeadline: z.enum(['hold', 'reject']).default('hold'),
  /** Whoever asked for the run or the rollout may not approve it. */
  approverMustDiffer: z.boolean().default(false),
  /** What the paired shadow test compares: squared error of the probabilities, or wrong answers. */
  metric: z.enum(['brier', 'accuracy']).default('brier'),
  /** Traffic shares of the challenger after shadow and before all of it. */
  steps: z.array(z.number().gt(0).lt(1)).default([0.05, 0.25, 0.5]),
  alpha: z.number().gt(0).lt(0.5).default(0.05),
  /** The sample size for which the confidence sequence is tightest. */
  optimalSample: z.number().int().positive().default(500),
  minimumSample: z.number().int().min(30).default(100),
  maximumSample: z.number().int().positive().default(750),
  ...rolloutTestFields,
  /** Answers younger than this are not judged, since labels come late. */
  labelHorizonSeconds: z.number().nonnegative().default(0),
  lookEverySeconds: z.number().positive().default(30),
  /** Labelled paired answers in a canary step before the next one. */
  stepMinimumSample: z.number().int().nonnegative().default(30),
  stepMinimumSeconds: z.number().nonnegative().default(60),
  /** A stage without enough traffic for so long ends as `no-traffic`. */
  patienceSeconds: z
    .number()
    .positive()
    .default(24 * 3600),
  /** After promotion: degradation still rolls back. */
  watchSeconds: z.number().nonnegative().default(600),
  /** What a version must show before it has any traffic. */
  validation: rolloutValidationSchema.prefault({}),
  guardrails: z
    .strictObject({
      maximumErrorRate: z.number().min(0).max(1).default(0.02),
      maximumP95LatencyMs: z.number().positive().default(1_000),
      /** How full the queue of a version may be in the mean; absent: it is not judged. */
      maximumSaturation: z.number().gt(0).max(1).optional(),
      /** Of a language model: share of answers with a word of the lists of harmful ones; absent: it is not judged. */
      maximumToxicRate: z.number().min(0).lt(1).optional(),
      /** Of a language model: share of answers that begin as a refusal does; absent: it is not judged. */
      maximumRefusalRate: z.number().min(0).lt(1).optional(),
      minimumRequests: z.number().int().nonnegative().default(20),
    })
    .prefault({}),
});
/** How a version takes over, frozen into a rollout when it starts. */
export type RolloutSpec = z.infer<typeof rolloutSchema>;

export const monitoringSchema = z.strictObject({
  /** Accuracy on delayed labels below which the quality alert fires. */
  qualityObjective: z.number().gt(0).lt(1).optional(),
  /** How many of the newest labelled answers the objective is held against. */
  qualityWindow: z.number().int().positive().default(300),
  minimumLabels: z.number().int().positive().default(100),
  /** How long the condition must hold, as Prometheus' `for`. */
  forSeconds: z.number().nonnegative().default(300),
  maximumErrorRate: z.number().gt(0).max(1).default(0.05),
  maximumP95LatencyMs: z.number().positive().default(2_000),
  /** Age of the version in service from which the stale-model alert fires; absent: it never does. */
  maximumAgeSeconds: z.number().positive().optional(),
});
export type MonitoringSpec = z.infer<typeof monitoringSchema>;

export const strategies = ['full', 'incremental'] as const;
/** `full` starts from random weights; `incremental` goes on from the version in service. */
export type Strategy = (typeof strategies)[number];

export const retrainingSchema = z.strictObject({
  /** A cron expression of five fields, in UTC; absent: no schedule. */
  schedule: z
    .string()
    .superRefine((expression, context) => {
      const message = cronProblem(expression);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .optional(),
  /** Names of the alerts that bring a new version. */
  alerts: z.array(z.string().min(1)).default(['CoppiceQualityDrop']),
  strategy: z.enum(strategies).default('full'),
  /** Once something was forgotten that a version in service saw: `mark` says so, `retrain` brings a new one as well. */
  onForgetting: z.enum(['mark', 'retrain']).default('mark'),
  /** No retraining by an alert sooner than this after the last one ended. */
  cooldownSeconds: z.number().nonnegative().default(3_600),
});
export type RetrainingSpec = z.infer<typeof retrainingSchema>;
