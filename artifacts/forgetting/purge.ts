// Removes what a survey found. Each step may be done again: whoever dies in the midst of it leaves a store from which
// the next attempt goes on, since names are buried first and every blob is marked before it goes.
import { z } from 'zod';
import type { ArtifactReference, Digest } from '../../contracts/artifact.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { ForgettingSurvey } from '../../contracts/forgetting.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import { blobKey } from '../blobs.ts';
import { listProgress, withReplacements, writeProgress } from '../collection-progress.ts';
import { readJsonLines, writeJsonLines } from '../json-lines.ts';
import { createDocumentMatcher } from '../lineage/document-names.ts';
import type { ObjectStore } from '../object-store.ts';
import { purgeObservations } from './observations.ts';
import { openTombstones, type Tombstones } from './tombstones.ts';

export interface PurgeDependencies {
  readonly artifacts: ArtifactStore;
  /** The bucket of artifacts. */
  readonly objects: ObjectStore;
  readonly now: () => Date;
  readonly signal?: AbortSignal;
  /** Called after each piece of work. */
  readonly onStep?: () => void;
}

export async function purgeHoldings(
  survey: ForgettingSurvey,
  dependencies: PurgeDependencies,
): Promise<void> {
  const { objects, now, signal, onStep } = dependencies;
  const { target } = survey;
  const tombstones = await openTombstones(objects, now);
  await tombstones.bury(target, [target, ...survey.names]);
  const names = new Set([target, ...survey.names, ...(await tombstones.namesOf(target))]);
  const isName = (name: string) => names.has(tombstones.digestOf(name));
  const step = async (work: () => Promise<void>) => {
    signal?.throwIfAborted();
    await work();
    onStep?.();
  };

  for (const shard of survey.shards) {
    await step(() => rewriteShard(shard, { ...dependencies, target, tombstones, isName }));
  }
  await step(() => followReplacements(objects, tombstones));
  for (const { digest } of survey.shards) await step(() => removeBlob(objects, digest));
  for (const key of survey.caches) await step(() => objects.remove(key));
  for (const { key, blob } of survey.checkpoints) {
    await step(async () => {
      if (blob !== undefined) await removeBlob(objects, blob);
      await objects.remove(key);
    });
  }
  for (const { reference } of survey.blobs) {
    await step(async () => {
      await tombstones.markPurged(reference.digest, target);
      await removeBlob(objects, reference.digest);
    });
  }
  for (const { key } of survey.observations) await step(() => purgeObservations(objects, key, isName));
  await tombstones.markForgotten(target);
}

/** The bytes, and those of an earlier time that were moved aside because they were damaged. */
async function removeBlob(objects: ObjectStore, digest: Digest): Promise<void> {
  await objects.remove(blobKey(digest));
  await objects.remove(`quarantine/${blobKey(digest)}`);
}

const documentSchema = z.looseObject({ id: z.string(), uri: z.string(), digest: z.string() });

interface Rewriting extends PurgeDependencies {
  readonly target: string;
  readonly tombstones: Tombstones;
  readonly isName: (name: string) => boolean;
}

/** The other documents of a shard stay: their sources may not have them any more. */
async function rewriteShard(shard: ArtifactReference, rewriting: Rewriting): Promise<void> {
  const { artifacts, target, tombstones, isName } = rewriting;
  const matcher = createDocumentMatcher(isName);
  async function* others() {
    for await (const line of readJsonLines(artifacts, shard, z.looseObject({}))) {
      if (!matcher.matches(documentSchema.parse(line))) yield line;
    }
  }
  try {
    const replacement = await writeJsonLines(artifacts, others(), shard.mediaType);
    await tombstones.markPurged(shard.digest, target, replacement);
  } catch (error) {
    // Removed by an attempt before this one, which had marked it.
    if (!(error instanceof CoppiceFailure) || error.type !== 'ArtifactNotFound') throw error;
  }
}

async function followReplacements(objects: ObjectStore, tombstones: Tombstones): Promise<void> {
  const replacements = await readReplacements(tombstones);
  for await (const { key, progress } of listProgress(objects)) {
    const healed = withReplacements(progress, replacements);
    if (healed !== progress) await writeProgress(objects, key, healed);
  }
}

/** Shards by the digest of the shard whose place they took. */
export async function readReplacements(tombstones: Tombstones): Promise<Map<Digest, ArtifactReference>> {
  const purged = await tombstones.purged();
  return new Map(
    [...purged].flatMap(([digest, { replacedBy }]) => (replacedBy ? [[digest, replacedBy] as const] : [])),
  );
}
