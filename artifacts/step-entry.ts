// An entry of the step cache as it stands in the store.
import { z } from 'zod';
import { artifactReferenceSchema } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import { parseJson } from './artifact-store.ts';
import type { ObjectStore } from './object-store.ts';
import { readObject } from './object-store.ts';

export const stepEntrySchema = z.object({
  step: z.string(),
  code: z.object({
    digest: z.string(),
    files: z.record(z.string(), z.string()),
    packages: z.record(z.string(), z.string()),
  }),
  parameters: z.json(),
  /** Digests by role. */
  inputs: z.record(z.string(), z.string()),
  result: z.record(z.string(), z.json()),
  outputs: z.record(z.string(), artifactReferenceSchema),
  /** The record of how it was computed. */
  lineage: artifactReferenceSchema.optional(),
  /** Who computed it. */
  model: z.string(),
  runId: z.string(),
  recordedAt: z.iso.datetime(),
  /** Its age counts from here. */
  usedAt: z.iso.datetime(),
});
export type StepEntry = z.infer<typeof stepEntrySchema>;

/** @returns undefined where there is none, and what is wrong with it, in words, where it is not what it should be */
export async function readStepEntry(
  objects: ObjectStore,
  key: string,
): Promise<StepEntry | { readonly wrong: string } | undefined> {
  const stored = await readObject(objects, key);
  if (stored === undefined) return undefined;
  try {
    return parseJson(stored.toString(), stepEntrySchema, key);
  } catch (error) {
    if (error instanceof CoppiceFailure && error.type === 'InvalidInput') return { wrong: error.message };
    throw error;
  }
}
