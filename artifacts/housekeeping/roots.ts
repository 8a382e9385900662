// What must stay, and from where it is reached: versions with their evidence, runs that are open, holds, cached steps,
// and the pointers of collections and checkpoints.
import { z } from 'zod';
import type { ArtifactReference, Digest } from '../../contracts/artifact.ts';
import type { ObjectStore } from '../object-store.ts';
import { readObject } from '../object-store.ts';
import type { RegistryReader } from '../registry/registry-reader.ts';
import type { StepCache } from '../step-cache.ts';
import type { Holds } from './holds.ts';
import { referencesIn } from './reachability.ts';

/** A run that has not ended. */
export interface OpenRun {
  /** Workflow id. */
  readonly runId: string;
  readonly startedAt: Date;
  /** All that its history names. */
  readonly references: readonly ArtifactReference[];
}

export interface RootSources {
  readonly registry: Pick<RegistryReader, 'listModels' | 'listVersions' | 'readSpec' | 'readLedger'>;
  readonly cache: StepCache;
  readonly holds: Holds;
  /** The bucket of artifacts. */
  readonly objects: ObjectStore;
}

export interface Roots {
  readonly references: readonly ArtifactReference[];
  /** Evidence that ledgers name by digest alone. */
  readonly digests: readonly Digest[];
  readonly counts: { versions: number; runs: number; holds: number; cachedSteps: number };
}

/** @param gone keys of cached steps and of pointers that do not count any more */
export async function readRoots(
  { registry, cache, holds, objects }: RootSources,
  openRuns: readonly OpenRun[],
  gone: ReadonlySet<string>,
): Promise<Roots> {
  const references = openRuns.flatMap((run) => run.references);
  const digests: Digest[] = [];
  const counts = { versions: 0, runs: openRuns.length, holds: 0, cachedSteps: 0 };

  for (const model of await registry.listModels()) {
    const versions = await registry.listVersions(model);
    counts.versions += versions.length;
    references.push(...versions.flatMap(({ document }) => referencesIn(document)));
    references.push(...referencesIn(await registry.readSpec(model)));
    digests.push(...(await registry.readLedger(model)).flatMap(({ evidence }) => evidence));
  }
  for (const { reference } of await holds.list()) {
    counts.holds += 1;
    references.push(reference);
  }
  for await (const { object, entry } of cache.list()) {
    if (!entry || gone.has(object.key)) continue;
    counts.cachedSteps += 1;
    references.push(...referencesIn(entry));
  }
  for (const prefix of ['collections/', 'checkpoints/']) {
    for await (const { key } of objects.list(prefix)) {
      if (!gone.has(key)) references.push(...(await readPointer(objects, key)));
    }
  }
  return { references, digests, counts };
}

/** @throws SyntaxError where it is no JSON: what it leads to cannot be known, so nothing may go */
async function readPointer(objects: ObjectStore, key: string): Promise<ArtifactReference[]> {
  const bytes = await readObject(objects, key);
  return bytes === undefined ? [] : referencesIn(z.json().parse(JSON.parse(bytes.toString())));
}
