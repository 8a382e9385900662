// What the collections of a model have brought so far: shards and the cursor of each source,
// `collections/<model>/<hash of sources>.json`. Shards that were written anew, because something in them had to be
// forgotten, are taken over whoever wrote the pointer last.
import { z } from 'zod';
import type { ArtifactReference, Digest } from '../contracts/artifact.ts';
import { artifactReferenceSchema } from '../contracts/artifact.ts';
import { parseJson } from './artifact-store.ts';
import { hashCanonical } from './canonical-json.ts';
import type { ObjectStore } from './object-store.ts';
import { readObject } from './object-store.ts';

const progressSchema = z.object({
  shards: z.record(z.string(), artifactReferenceSchema),
  documentCount: z.number().int(),
  /** By the name of the source; read by sources/. */
  cursors: z.record(z.string(), z.json()),
});
export type CollectionProgress = z.infer<typeof progressSchema>;

export interface StoredProgress {
  readonly key: string;
  readonly model: string;
  readonly progress: CollectionProgress;
}

const prefix = 'collections/';

/** @param sources as the model file describes them: another description starts anew */
export function progressKey(model: string, sources: unknown): string {
  return `${prefix}${model}/${hashCanonical(sources)}.json`;
}

/** @returns nothing brought where there is no such pointer */
export async function readProgress(objects: ObjectStore, key: string): Promise<CollectionProgress> {
  const bytes = await readObject(objects, key);
  if (bytes === undefined) return { shards: {}, documentCount: 0, cursors: {} };
  return parseJson(bytes.toString(), progressSchema, key);
}

export function writeProgress(
  objects: ObjectStore,
  key: string,
  progress: CollectionProgress,
): Promise<void> {
  return objects.put(key, Buffer.from(JSON.stringify(progress)), { contentType: 'application/json' });
}

/** The pointers of all models. */
export async function* listProgress(objects: ObjectStore): AsyncGenerator<StoredProgress, void, undefined> {
  for await (const { key } of objects.list(prefix)) {
    yield { key, model: key.slice(prefix.length).split('/')[0], progress: await readProgress(objects, key) };
  }
}

/**
 * @param replacements shards by the digest of the shard whose place they take
 * @returns the progress with them; the same object where it names none of them
 */
export function withReplacements(
  progress: CollectionProgress,
  replacements: ReadonlyMap<Digest, ArtifactReference>,
): CollectionProgress {
  /** A shard that was written anew twice has two steps to go. */
  const newest = (shard: ArtifactReference): ArtifactReference => {
    const next = replacements.get(shard.digest);
    return next === undefined ? shard : newest(next);
  };
  const shards = Object.fromEntries(
    Object.entries(progress.shards).map(([name, shard]) => [name, newest(shard)]),
  );
  const removed = Object.entries(progress.shards).map(
    ([name, shard]) => recordsOf(shard) - recordsOf(shards[name]),
  );
  if (Object.entries(shards).every(([name, shard]) => shard === progress.shards[name])) return progress;
  const documentCount = progress.documentCount - removed.reduce((sum, count) => sum + count, 0);
  return { ...progress, shards, documentCount };
}

/** Shards say in an annotation how many documents they hold. */
const recordsOf = ({ annotations }: ArtifactReference): number => Number(annotations['records'] ?? 0);
