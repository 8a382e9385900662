// What the one who starts a stack may choose; handed to the supervisor as JSON on its command line.
import { z } from 'zod';
import { componentNames } from './state.ts';

export const stackOptionsSchema = z.object({
  /** Absolute path of the folder that holds data, logs and state. */
  home: z.string().min(1),
  /** Which components run; all by default. */
  components: z
    .array(z.enum(componentNames))
    .min(1)
    .default([...componentNames]),
  /** `tour` scrapes and evaluates every 2 s and groups alerts for seconds only. */
  profile: z.enum(['default', 'tour']).default('default'),
  /** `preferred` stays near the documented ports; `anywhere` takes random free ones, for stacks side by side. */
  ports: z.enum(['preferred', 'anywhere']).default('preferred'),
  /** Whether the stack ends when the process that started it ends, however that ends. */
  leashed: z.boolean().default(false),
});

export type StackOptions = z.infer<typeof stackOptionsSchema>;
