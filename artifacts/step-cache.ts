// The step cache: what a stage made of the same inputs, parameters and code is not computed again. Only a hint: a hit
// counts after its outputs were found in the store with their right size.
import { z } from 'zod';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { artifactReferenceSchema } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { parseJson } from './artifact-store.ts';
import { canonicalJson, hashCanonical } from './canonical-json.ts';
import type { ObjectStore } from './object-store.ts';
import { readObject } from './object-store.ts';

/** Artifacts by the role that they play in a stage. */
type Roles = Readonly<Record<string, ArtifactReference>>;

/** What a result depends on. */
export interface StepKeyParts {
  readonly stage: string;
  readonly codeVersion: string;
  readonly parameters: unknown;
  readonly inputs: Roles;
}

type StepLookup<T> =
  | {
      readonly hit: true;
      readonly reason: string;
      readonly result: T;
      readonly outputs: Roles;
      readonly recordedAt: string;
    }
  | { readonly hit: false; readonly reason: string };

export interface StepCache {
  /** Inputs count by role and digest; how they are called or annotated does not. @returns 64 hexadecimal digits */
  key(parts: StepKeyParts): string;
  /** @returns a hit, or why there is none; T is what was recorded, since the key covers the code that wrote it */
  lookup<T extends object>(key: string): Promise<StepLookup<T>>;
  record(key: string, step: { readonly result: object; readonly outputs: Roles }): Promise<void>;
}

const entrySchema = z.object({
  result: z.record(z.string(), z.json()),
  outputs: z.record(z.string(), artifactReferenceSchema),
  recordedAt: z.iso.datetime(),
});

const objectKey = (key: string): string => `steps/${key}.json`;

/** @param now stamps entries */
export function createStepCache(
  objects: ObjectStore,
  artifacts: ArtifactStore,
  now: () => Date = () => new Date(),
): StepCache {
  return {
    key: ({ stage, codeVersion, parameters, inputs }) =>
      hashCanonical({
        stage,
        codeVersion,
        parameters,
        inputs: Object.fromEntries(Object.entries(inputs).map(([role, { digest }]) => [role, digest])),
      }),

    async lookup<T extends object>(key: string): Promise<StepLookup<T>> {
      const stored = await readObject(objects, objectKey(key));
      if (stored === undefined)
        return { hit: false, reason: 'no earlier result for this code, parameters and inputs' };
      let entry: z.infer<typeof entrySchema>;
      try {
        entry = parseJson(stored.toString(), entrySchema, objectKey(key));
      } catch (error) {
        if (error instanceof CoppiceFailure) return { hit: false, reason: error.message };
        throw error;
      }
      for (const [role, reference] of Object.entries(entry.outputs)) {
        if (!(await artifacts.has(reference))) {
          return { hit: false, reason: `its output ${role} (${reference.digest}) is gone or damaged` };
        }
      }
      const { result, outputs, recordedAt } = entry;
      return { hit: true, reason: `computed at ${recordedAt}`, result: result as T, outputs, recordedAt };
    },

    async record(key, { result, outputs }) {
      const body = Buffer.from(canonicalJson({ result, outputs, recordedAt: now().toISOString() }));
      await objects.put(objectKey(key), body, { contentType: 'application/json' });
    },
  };
}
