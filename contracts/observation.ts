// What the gateway writes down: each answer when it is given, each label when it comes. Append-only JSONL objects;
// rollouts and quality are judged from them and from nothing else.
import { z } from 'zod';
import { answerScoresSchema } from './model-spec/answer-scores.ts';
import { versionNumberSchema } from './registry.ts';

/** What one version answered. */
export const answerSchema = z.object({
  version: versionNumberSchema,
  label: z.string(),
  /** By label, in the order of the version's labels; sums to 1. */
  probabilities: z.record(z.string(), z.number()),
  latencyMs: z.number().nonnegative(),
});
export type Answer = z.infer<typeof answerSchema>;

export const predictionRecordSchema = z.object({
  kind: z.literal('prediction'),
  id: z.string(),
  at: z.iso.datetime(),
  model: z.string(),
  /** The unit of analysis; the id of the request where the client names none. */
  subject: z.string(),
  generation: z.number().int(),
  experiment: z.string().optional(),
  step: z.number().int().optional(),
  arm: z.enum(['champion', 'challenger']),
  served: answerSchema,
  /** The other version's answer to the same text, never sent to anyone. */
  shadow: answerSchema.optional(),
  /** Why there is no shadow answer although one was wanted, and of which version. */
  shadowError: z.string().optional(),
  shadowVersion: versionNumberSchema.optional(),
});
export type PredictionRecord = z.infer<typeof predictionRecordSchema>;

const preferenceSideSchema = z.union([z.object({ response: z.string() }), z.object({ text: z.string() })]);

/**
 * What somebody says of an answer: one of label, rating, preference and correction, or several. What is said later of the
 * same takes the place of what was said before; the rest stays.
 */
export const feedbackRecordSchema = z.object({
  kind: z.literal('feedback'),
  /** Names this record; those of earlier gateways have none. */
  id: z.string().optional(),
  /** The id of the answer. */
  prediction: z.string(),
  at: z.iso.datetime(),
  /** What was true. */
  label: z.string().optional(),
  /** How good it was, on a scale of its own. */
  rating: z.object({ value: z.number(), minimum: z.number(), maximum: z.number() }).optional(),
  /** Which of two texts is better; redacted where they are not answers. */
  preference: z
    .object({
      chosen: preferenceSideSchema,
      rejected: preferenceSideSchema,
      /** Neither is better. */
      tie: z.literal(true).optional(),
    })
    .optional(),
  /** The text that should have been answered, redacted. */
  correction: z.string().optional(),
  /**
   * How likely the text was by each version that could tell it, where the model file asks for it: by version, of the text that
   * somebody wrote in place of the answer, the geometric mean of its probability a byte, 0 to 1.
   */
  likelihoods: z.record(z.string(), z.number().min(0).max(1)).optional(),
  /** Earlier feedback whose place it takes, where its gateway knew of any. */
  replaces: z.string().optional(),
});
export type FeedbackRecord = z.infer<typeof feedbackRecordSchema>;

/** A continuation that was answered in full. Neither the prompt nor the text is kept. */
export const completionRecordSchema = predictionRecordSchema
  .omit({ served: true, shadow: true, shadowError: true, shadowVersion: true })
  .extend({
    kind: z.literal('completion'),
    version: versionNumberSchema,
    /** Until the first piece of text. */
    latencyMs: z.number().nonnegative(),
    promptTokens: z.number().int().nonnegative(),
    completionTokens: z.number().int().nonnegative(),
    /** What the model file asked to be told of the texts. */
    scores: answerScoresSchema.optional(),
  });
export type CompletionRecord = z.infer<typeof completionRecordSchema>;

export const observationSchema = z.discriminatedUnion('kind', [
  predictionRecordSchema,
  completionRecordSchema,
  feedbackRecordSchema,
]);
export type Observation = z.infer<typeof observationSchema>;

/** What was asked and answered, of a share of the answers that the model file names; without personal data. */
export const captureRecordSchema = predictionRecordSchema
  .pick({ id: true, at: true, model: true, subject: true })
  .extend({
    kind: z.literal('capture'),
    version: versionNumberSchema,
    texts: z.array(z.object({ input: z.string(), output: z.string() })),
  });
export type CaptureRecord = z.infer<typeof captureRecordSchema>;

/** All that gateways write down. */
export const recordedSchema = z.discriminatedUnion('kind', [
  predictionRecordSchema,
  completionRecordSchema,
  feedbackRecordSchema,
  captureRecordSchema,
]);
export type Recorded = z.infer<typeof recordedSchema>;

/** A gateway's proof of what it serves; a rollback waits for it or for its end. */
export const gatewayLeaseSchema = z.object({
  replica: z.string(),
  model: z.string(),
  generation: z.number().int().nonnegative(),
  /** Versions loaded and answering. */
  ready: z.array(versionNumberSchema),
  /** Versions that could not be loaded, with the reason. */
  failed: z.record(z.string(), z.string()).default({}),
  expiresAt: z.iso.datetime(),
});
export type GatewayLease = z.infer<typeof gatewayLeaseSchema>;
