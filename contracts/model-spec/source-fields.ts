// Fields that kinds of sources share.
import { z } from 'zod';

/** Of every source. */
export const named = {
  /** Prefix of the ids of the documents it brings; unique within the model. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and hyphens'),
  licence: z.string().optional(),
};
