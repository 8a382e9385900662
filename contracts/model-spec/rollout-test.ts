// How versions are compared in traffic, beyond the sample sizes; frozen into a rollout with the rest of its policy.
import { z } from 'zod';
import { answerFormatSchema, scoredMetrics } from './answer-scores.ts';

/** Of two answers or of two versions, not of one answer: they are compared in pairs. */
export const pairedMetrics = ['preference', 'accepted-likelihood'] as const;

/** What comes of an answer: by people who saw it, and by itself. Each is on a scale of 0 to 1, higher is better. */
export const outcomeMetrics = ['rating', 'uncorrected', ...pairedMetrics, ...scoredMetrics] as const;
export type OutcomeMetric = (typeof outcomeMetrics)[number];

export const rolloutTestFields = {
  /** `not-worse`: the challenger need not be better, only not worse by more than the margin. Absent: `better`. */
  objective: z.enum(['better', 'not-worse']).optional(),
  /** In units of what is compared. */
  margin: z.number().positive().optional(),
  /** `exact` holds however few subjects there are, and asks for more of them; absent: `asymptotic`. */
  interval: z.enum(['asymptotic', 'exact']).optional(),
  /** Of a language model: what its canary is judged by, besides guardrails; absent: by guardrails alone. */
  metrics: z.array(z.enum(outcomeMetrics)).min(1).max(outcomeMetrics.length).optional(),
  /** With the metric `format`. */
  answerFormat: answerFormatSchema.optional(),
  /** So many versions that wait are held against the one in service at once, and the best takes over; absent: one. */
  challengers: z.number().int().min(2).max(4).optional(),
  /** `interleaved`: each request draws its version anew, and subjects are compared with themselves; absent: `subjects`. */
  design: z.enum(['subjects', 'interleaved']).optional(),
  /** A subject counts with the mean of its answers over so long; absent: with its first. */
  subjectWindowSeconds: z.number().nonnegative().optional(),
  /** Outcomes of the same subject so long before the rollout are taken into account; absent: none. */
  covariateSeconds: z.number().positive().optional(),
};

interface RolloutTest {
  readonly objective?: 'better' | 'not-worse' | undefined;
  readonly margin?: number | undefined;
  readonly metrics?: readonly OutcomeMetric[] | undefined;
  readonly answerFormat?: object | undefined;
  readonly challengers?: number | undefined;
  readonly design?: 'subjects' | 'interleaved' | undefined;
  readonly subjectWindowSeconds?: number | undefined;
  readonly covariateSeconds?: number | undefined;
  readonly guardrails: {
    readonly maximumToxicRate?: number | undefined;
    readonly maximumRefusalRate?: number | undefined;
  };
}

/** @returns what does not go together, with the path below `rollout` */
export function* rolloutTestProblems(
  task: string,
  rollout: RolloutTest,
): Generator<{ readonly path: string[]; readonly message: string }> {
  const { objective, margin, metrics } = rollout;
  const problem = (field: keyof RolloutTest, message: string) => ({ path: ['rollout', field], message });
  if (objective === 'not-worse' && margin === undefined)
    yield problem('margin', "expected beside objective 'not-worse': how much worse is still good enough");
  if (objective !== 'not-worse' && margin !== undefined)
    yield problem('margin', "takes objective 'not-worse': what must be better has no margin");
  if (metrics !== undefined && task !== 'language-modelling')
    yield problem('metrics', 'takes language-modelling: a classifier is compared by labels, in pairs');
  if (metrics !== undefined && new Set(metrics).size < metrics.length)
    yield problem('metrics', 'expected each metric once');
  const asksFormat = metrics?.includes('format') ?? false;
  if (asksFormat && rollout.answerFormat === undefined)
    yield problem('answerFormat', "expected beside the metric 'format': what an answer should look like");
  if (!asksFormat && rollout.answerFormat !== undefined)
    yield problem('answerFormat', "takes the metric 'format'");
  if (rollout.challengers !== undefined && task === 'language-modelling' && metrics === undefined)
    yield problem(
      'challengers',
      'takes rollout.metrics: guardrails do not tell which of several is the best',
    );
  for (const limit of ['maximumToxicRate', 'maximumRefusalRate'] as const)
    if (rollout.guardrails[limit] !== undefined && task !== 'language-modelling')
      yield {
        path: ['rollout', 'guardrails', limit],
        message: 'takes language-modelling: a classifier answers with a label',
      };
  if (rollout.design === 'interleaved') yield* interleavedProblems(task, rollout);
  if (metrics !== undefined) return;
  for (const field of ['subjectWindowSeconds', 'covariateSeconds'] as const)
    if (rollout[field] !== undefined)
      yield problem(field, 'takes rollout.metrics: only they are means of subjects');
}

/** A subject must meet both versions, and be heard of both. */
function* interleavedProblems(
  task: string,
  { metrics, subjectWindowSeconds = 0, covariateSeconds }: RolloutTest,
): Generator<{ readonly path: string[]; readonly message: string }> {
  const problem = (field: keyof RolloutTest, message: string) => ({ path: ['rollout', field], message });
  if (task !== 'language-modelling')
    yield problem(
      'design',
      'takes language-modelling: both versions of a classifier answer each request as it is',
    );
  else if (metrics === undefined)
    yield problem('design', 'takes rollout.metrics: guardrails compare nothing within a subject');
  if (subjectWindowSeconds === 0)
    yield problem(
      'subjectWindowSeconds',
      "expected beside design 'interleaved': in it a subject meets both versions",
    );
  if (covariateSeconds !== undefined)
    yield problem(
      'covariateSeconds',
      "takes design 'subjects': a subject that is compared with itself needs none",
    );
}
