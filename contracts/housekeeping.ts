// What housekeeping answers: what is held, how large things are, and what a garbage collection found.
import { z } from 'zod';
import { artifactReferenceSchema, digestSchema } from './artifact.ts';

export const holdSchema = z.object({
  reference: artifactReferenceSchema,
  reason: z.string().min(1),
  by: z.string().min(1),
  at: z.iso.datetime(),
});
/** An artifact that is kept until it is released. */
export type Hold = z.infer<typeof holdSchema>;

export const holdRequestSchema = z.strictObject({
  digest: digestSchema,
  reason: z.string().min(1),
  by: z.string().min(1),
});
export const releaseRequestSchema = z.strictObject({ digest: digestSchema });
export const releasedSchema = z.object({ released: z.boolean() });

const amount = { objects: z.number().int(), sizeBytes: z.number().int() };
/** Objects of one kind. */
export const amountSchema = z.object({ what: z.string(), ...amount });
export type Amount = z.infer<typeof amountSchema>;

/** Artifacts by the model and the stage that made them; each artifact once, under who made it first. */
export const stageSizeSchema = z.object({ model: z.string(), stage: z.string(), ...amount });
export type StageSize = z.infer<typeof stageSizeSchema>;

export const sizesSchema = z.object({
  stages: z.array(stageSizeSchema),
  /** What no stage made, by kind. */
  rest: z.array(amountSchema),
  total: z.object(amount),
});
export type Sizes = z.infer<typeof sizesSchema>;

export const collectionRequestSchema = z.strictObject({
  /** False: only says what would go. */
  delete: z.boolean(),
  /** Younger artifacts stay, whatever leads to them. */
  olderThanHours: z.number().min(1).optional(),
});
export type CollectionRequest = z.infer<typeof collectionRequestSchema>;

export const collectionReportSchema = z.object({
  deleted: z.boolean(),
  at: z.iso.datetime(),
  /** What was written later was not looked at. */
  before: z.iso.datetime(),
  /** From where everything was reached that stays. */
  roots: z.object({
    versions: z.number().int(),
    runs: z.number().int(),
    holds: z.number().int(),
    cachedSteps: z.number().int(),
  }),
  kept: z.object(amount),
  /** What goes, or would go, by kind. */
  garbage: z.array(amountSchema),
  /** Of the artifacts that go: who made them. */
  stages: z.array(stageSizeSchema),
  total: z.object(amount),
  /** What could not be read, one line each; nothing was deleted because of it. */
  problems: z.array(z.string()),
});
export type CollectionReport = z.infer<typeof collectionReportSchema>;
