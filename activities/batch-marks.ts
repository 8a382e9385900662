// What a batch by the clock has answered already, `batches/<model>/<name>.json`: shards of the model's collection by digest.
import { z } from 'zod';
import { parseJson } from '../artifacts/artifact-store.ts';
import { readReplacements } from '../artifacts/forgetting/purge.ts';
import { openTombstones } from '../artifacts/forgetting/tombstones.ts';
import type { ObjectStore } from '../artifacts/object-store.ts';
import { readObject } from '../artifacts/object-store.ts';
import type { Digest } from '../contracts/artifact.ts';
import { digestSchema } from '../contracts/artifact.ts';

export interface MarkOf {
  readonly model: string;
  readonly name: string;
}

const markSchema = z.object({ shards: z.array(digestSchema) });
const keyOf = ({ model, name }: MarkOf): string => `batches/${model}/${name}.json`;

/** @returns what was answered; a shard that was written anew, because something had to be forgotten, counts by its new name too */
export async function readMark(objects: ObjectStore, of: MarkOf): Promise<ReadonlySet<Digest>> {
  const key = keyOf(of);
  const bytes = await readObject(objects, key);
  const answered = new Set(bytes === undefined ? [] : parseJson(bytes.toString(), markSchema, key).shards);
  const replacements = await readReplacements(await openTombstones(objects));
  for (const digest of answered) {
    const next = replacements.get(digest);
    if (next) answered.add(next.digest); // a set hands out what is added while it is walked
  }
  return answered;
}

export function writeMark(objects: ObjectStore, of: MarkOf, shards: Iterable<Digest>): Promise<void> {
  const body = Buffer.from(JSON.stringify({ shards: [...shards] }));
  return objects.put(keyOf(of), body, { contentType: 'application/json' });
}
