// How a version is served.
import { z } from 'zod';

export const servingPrecisions = ['float32', 'int8'] as const;
/** Numbers that a served version multiplies with. */
export type ServingPrecision = (typeof servingPrecisions)[number];

export const servingSchema = z.strictObject({
  /** int8: weights a third as large; probabilities move by a thousandth in the mean, and are judged as they are served. */
  precision: z.enum(servingPrecisions).default('float32'),
  /** Of a language model: Jinja, by which messages become a prompt; absent: as it was trained to be asked. */
  chatTemplate: z.string().min(1).max(16_384).optional(),
});
export type ServingSpec = z.infer<typeof servingSchema>;
