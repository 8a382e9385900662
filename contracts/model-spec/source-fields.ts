// Fields that kinds of sources share.
import { z } from 'zod';

/** Of every source. */
export const named = {
  /** Prefix of the ids of the documents it brings; unique within the model. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and hyphens'),
  licence: z.string().optional(),
};

/** Of sources that ask a host on the network. */
export const remote = {
  /** Larger answers are refused, packed or unpacked. */
  maximumReplyBytes: z
    .number()
    .int()
    .positive()
    .default(16 * 1024 * 1024),
  /** Of one request, from its beginning to its last byte. */
  timeoutSeconds: z.number().positive().max(600).default(30),
  /** Between two requests. */
  delaySeconds: z.number().min(0).default(1),
  /** The longest pause that the host may ask for; where it asks for more, the rest is left for the next run. */
  maximumWaitSeconds: z.number().positive().default(120),
  /** Says who asks, and whom to write to. */
  userAgent: z
    .string()
    .regex(/^[\x20-\x7e]{1,200}$/, 'expected printable ASCII')
    .default('Coppice'),
  /** Names of hosts that may have private, link-local or loopback addresses. */
  allowPrivateHosts: z.array(z.string().min(1).toLowerCase()).default([]),
};

/** Variable of the worker's environment that holds an access token. Others than these are not read for sources. */
export const tokenVariable = z
  .string()
  .regex(/^COPPICE_SOURCE_[A-Z0-9_]+$/, 'expected a name that begins with COPPICE_SOURCE_')
  .optional();
