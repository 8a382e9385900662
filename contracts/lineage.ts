// Where a result came from: one record a stage that ran, or that was taken from the cache.
import { z } from 'zod';
import { artifactReferenceSchema } from './artifact.ts';
import { stageSchema } from './stages.ts';

/** Artifacts by the role that they play in a stage. */
const rolesSchema = z.record(z.string().min(1), artifactReferenceSchema);

export const lineageRecordSchema = z.object({
  stage: stageSchema,
  /** The part of the stage that was cached by itself; the stage's name where it has no parts. */
  step: z.string().min(1).optional(),
  model: z.string().min(1),
  runId: z.string().min(1),
  inputs: rolesSchema,
  outputs: rolesSchema,
  /** As they stood in the cache key. */
  parameters: z.json(),
  codeVersion: z.string().min(1),
  seed: z.number().int().optional(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  metrics: z.record(z.string(), z.number()).default({}),
  cached: z.boolean(),
});

/** What one stage read and wrote. */
export type LineageRecord = z.infer<typeof lineageRecordSchema>;
export type LineageInput = Omit<z.input<typeof lineageRecordSchema>, 'parameters'> & {
  readonly parameters: unknown;
};
