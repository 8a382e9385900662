// How a version is served.
import { z } from 'zod';

export const servingPrecisions = ['float32', 'int8'] as const;
/** Numbers that a served version multiplies with. */
export type ServingPrecision = (typeof servingPrecisions)[number];

const batchingSchema = z.strictObject({
  /** Texts that are computed together; absent: 8 of a classifier, 16 of a language model. */
  maximumSize: z.number().int().min(1).max(64).optional(),
  /** How long a text may wait for others to be computed with; those that come while a batch is computed wait anyway. */
  maximumWaitMs: z.number().int().min(0).max(1_000).default(0),
});
export type BatchingSpec = z.infer<typeof batchingSchema>;

const limitsSchema = z.strictObject({
  /** A request is given up where its version has said nothing for so long. */
  silenceSeconds: z.number().int().min(1).max(3_600).default(60),
  /** A model process that holds more is replaced; absent: twice what it held once it had loaded, and 512 more. */
  memoryMiB: z.number().int().min(64).max(1_048_576).optional(),
});
export type ServingLimits = z.infer<typeof limitsSchema>;

/** How long captured texts are kept where a model file does not say. */
export const defaultRetentionDays = 30;

const captureSchema = z.strictObject({
  /** Of the answers; which ones, their ids decide. */
  share: z.number().min(0).max(1),
  retentionDays: z.number().int().min(1).max(3_650).default(defaultRetentionDays),
});
export type CaptureSpec = z.infer<typeof captureSchema>;

export const servingSchema = z.strictObject({
  /** int8: weights a third as large; probabilities move by a thousandth in the mean, and are judged as they are served. */
  precision: z.enum(servingPrecisions).default('float32'),
  /** Of a language model: Jinja, by which messages become a prompt; absent: as it was trained to be asked. */
  chatTemplate: z.string().min(1).max(16_384).optional(),
  batching: batchingSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  /** Keeps the texts of requests and answers, without personal data; absent: no text is kept. */
  capture: captureSchema.optional(),
});
export type ServingSpec = z.infer<typeof servingSchema>;
