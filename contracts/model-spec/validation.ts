// What becomes of a run whose data is not what the model's data schema expects.
import { z } from 'zod';

export const validationSchema = z.strictObject({
  /**
   * `warn`: the run goes on and tells them. `ask`: it waits for `coppice data accept` or `coppice data reject`. `block`:
   * it ends as rejected, before anything is trained.
   */
  onAnomaly: z.enum(['warn', 'ask', 'block']).default('warn'),
});
export type ValidationSpec = z.infer<typeof validationSchema>;
