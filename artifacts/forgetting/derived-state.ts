// What refers to artifacts from outside the lineage: entries of the step cache, and checkpoints of trainings.
import { z } from 'zod';
import type { Digest } from '../../contracts/artifact.ts';
import { artifactReferenceSchema } from '../../contracts/artifact.ts';
import type { ForgettingSurvey } from '../../contracts/forgetting.ts';
import { blobKey } from '../blobs.ts';
import type { ObjectStore } from '../object-store.ts';
import { readObject } from '../object-store.ts';

const digests = /sha256:[0-9a-f]{64}/g;
const readsInFlight = 16;

/** Entries that name one of the artifacts, wherever they do: what they answer with is to be gone. */
export async function findCaches(objects: ObjectStore, artifacts: ReadonlySet<Digest>): Promise<string[]> {
  if (artifacts.size === 0) return [];
  const keys: string[] = [];
  for await (const { key } of objects.list('steps/')) keys.push(key);
  const found: string[] = [];
  for (let start = 0; start < keys.length; start += readsInFlight) {
    const batch = keys.slice(start, start + readsInFlight);
    const bodies = await Promise.all(batch.map((key) => readObject(objects, key)));
    const names = bodies.map((body) => body?.toString().match(digests) ?? []);
    found.push(...batch.filter((_, index) => names[index].some((digest) => artifacts.has(digest))));
  }
  return found;
}

const pointerSchema = z.object({ reference: artifactReferenceSchema.optional() });

/** @param runs ids of runs that saw it; the checkpoints of a run stand under its id (workflows/training.ts) */
export async function findCheckpoints(
  objects: ObjectStore,
  runs: Iterable<string>,
): Promise<ForgettingSurvey['checkpoints']> {
  const found: ForgettingSurvey['checkpoints'] = [];
  for (const run of runs) {
    for await (const { key } of objects.list(`checkpoints/${run}/`)) {
      const body = await readObject(objects, key);
      if (!body) continue; // removed between listing and reading
      const blob = pointerSchema.safeParse(jsonOf(body)).data?.reference?.digest;
      const stored = blob === undefined ? undefined : await objects.stat(blobKey(blob));
      found.push({ key, ...(blob !== undefined && { blob }), sizeBytes: stored?.sizeBytes ?? 0 });
    }
  }
  return found;
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined; // damaged, and removed all the same
  }
}
