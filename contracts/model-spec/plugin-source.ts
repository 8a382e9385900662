// A source that a user writes, in a file of their own.
import { z } from 'zod';
import { named } from './source-fields.ts';

/** What `defineSource({...})` of a module brings. */
export const pluginSourceSchema = z.strictObject({
  kind: z.literal('plugin'),
  ...named,
  /** Of the module: absolute, or relative to the model file. */
  path: z.string().min(1),
  /** Checked by the plug-in's own schema when it is loaded. */
  options: z.record(z.string(), z.json()).default({}),
  maximumDocumentBytes: z
    .number()
    .int()
    .positive()
    .default(8 * 1024 * 1024),
});
