// A document that a cleaning step changed or dropped, to look at: excerpts, in the store and in reports only.
import { z } from 'zod';

export const cleaningSampleSchema = z.object({
  /** Of the step in the recipe, from 0. */
  position: z.number().int().nonnegative(),
  step: z.string(),
  /** Of what was dropped. */
  reason: z.string().exactOptional(),
  id: z.string(),
  /** Around the first change; of what was dropped the beginning. Absent where it is not to be shown. */
  before: z.string().exactOptional(),
  after: z.string().exactOptional(),
});
export type CleaningSample = Readonly<z.infer<typeof cleaningSampleSchema>>;
