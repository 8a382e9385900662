// How a version is served.
import { z } from 'zod';

export const servingPrecisions = ['float32', 'int8'] as const;
/** Numbers that a served version multiplies with. */
export type ServingPrecision = (typeof servingPrecisions)[number];

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
  /** Keeps the texts of requests and answers, without personal data; absent: no text is kept. */
  capture: captureSchema.optional(),
});
export type ServingSpec = z.infer<typeof servingSchema>;
