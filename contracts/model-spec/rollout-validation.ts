// What a version must show before it has any traffic: it answers, in time, at the door where clients ask.
import { z } from 'zod';

export const rolloutValidationSchema = z.strictObject({
  /** Texts that the version must answer; absent: a few in English and Korean, one of them long. */
  texts: z.array(z.string().min(1).max(20_000)).min(1).max(20).optional(),
  /** How often each is asked, of both versions in turn, to compare how long they take. */
  rounds: z.number().int().min(1).max(100).default(5),
  /** Median time to answer, against that of the version in service. */
  maximumLatencyRatio: z.number().positive().default(3),
});
export type RolloutValidation = z.infer<typeof rolloutValidationSchema>;
