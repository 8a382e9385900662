// What has been forgotten, as `forgotten/…` in the bucket of artifacts, without a name of anything: names are kept as
// HMAC-SHA-256 (RFC 2104) under a salt of the store, so that collections can tell what to skip and nobody can tell what
// it was called by trying a list of names elsewhere.
//   forgotten/salt                    32 random bytes
//   forgotten/names/<hmac>.json       a name that collections skip
//   forgotten/blobs/<digest>.json     bytes that were purged, and the shard that took their place
//   forgotten/targets/<hmac>.json     one forgetting: when
import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { ArtifactReference, Digest } from '../../contracts/artifact.ts';
import { artifactReferenceSchema } from '../../contracts/artifact.ts';
import { parseJson } from '../artifact-store.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { DocumentNames } from '../lineage/document-names.ts';
import type { ObjectStore } from '../object-store.ts';
import { putIfAbsent, readObject } from '../object-store.ts';

const saltKey = 'forgotten/salt';
const namesPrefix = 'forgotten/names/';
const blobsPrefix = 'forgotten/blobs/';
const targetKey = (target: string): string => `forgotten/targets/${target}.json`;
/** Objects read or written at once. */
const inFlight = 16;
/** Between a gateway, which dates records, and the store, which dates what is buried. */
const clockDifferenceMs = 60_000;

const nameSchema = z.object({ target: z.string() });
const purgedSchema = z.object({
  target: z.string(),
  at: z.iso.datetime(),
  replacedBy: artifactReferenceSchema.optional(),
});
export type PurgedBlob = z.infer<typeof purgedSchema>;
const forgettingSchema = z.object({ at: z.iso.datetime() });

export interface Tombstones {
  /** @returns the keyed digest of a name, 64 hexadecimal digits */
  digestOf(name: string): string;
  /** Whether a collection skips it; what was buried after this was opened is not known. */
  isForgotten(names: DocumentNames): boolean;
  /** @returns for which target a name was buried, where that was after `at`; clocks may differ by a minute */
  targetOf(name: string, at: Date): Promise<string | undefined>;
  /** Names that were buried for a target. */
  namesOf(target: string): Promise<string[]>;
  /** Has collections skip these names from now on. */
  bury(target: string, names: readonly string[]): Promise<void>;
  /** Bytes that were purged, by digest; of one target or of all. */
  purged(target?: string): Promise<Map<Digest, PurgedBlob>>;
  /** Written before the bytes go, so that a forgetting that died finds its way again. */
  markPurged(digest: Digest, target: string, replacedBy?: ArtifactReference): Promise<void>;
  /** When a target was first forgotten; undefined where it was not. */
  forgottenAt(target: string): Promise<string | undefined>;
  markForgotten(target: string): Promise<void>;
}

/** @param now stamps what is written */
export async function openTombstones(
  objects: ObjectStore,
  now: () => Date = () => new Date(),
): Promise<Tombstones> {
  const salt = await readSalt(objects);
  const buried = new Map<string, number>();
  for await (const { key, lastModified } of objects.list(namesPrefix))
    buried.set(hexIn(key), lastModified.getTime());
  const digestOf = (name: string) => createHmac('sha256', salt).update(name).digest('hex');
  const write = (key: string, value: object) => objects.put(key, Buffer.from(canonicalJson(value)));

  async function* readAll<T>(prefix: string, schema: z.ZodType<T>): AsyncGenerator<readonly [string, T]> {
    const keys: string[] = [];
    for await (const { key } of objects.list(prefix)) keys.push(key);
    for (let start = 0; start < keys.length; start += inFlight) {
      const batch = keys.slice(start, start + inFlight);
      const bodies = await Promise.all(batch.map((key) => readObject(objects, key)));
      for (const [index, body] of bodies.entries()) {
        if (body) yield [hexIn(batch[index]), parseJson(body.toString(), schema, batch[index])];
      }
    }
  }

  return {
    digestOf,
    isForgotten: ({ id, uri, digest }) =>
      buried.size > 0 && [id, uri, digest].some((name) => name !== undefined && buried.has(digestOf(name))),
    async targetOf(name, at) {
      if (buried.size === 0) return undefined;
      const digest = digestOf(name);
      if ((buried.get(digest) ?? 0) + clockDifferenceMs < at.getTime()) return undefined;
      const key = `${namesPrefix}${digest}.json`;
      const bytes = await readObject(objects, key);
      return bytes && parseJson(bytes.toString(), nameSchema, key).target;
    },
    async namesOf(target) {
      const names: string[] = [];
      for await (const [name, entry] of readAll(namesPrefix, nameSchema)) {
        if (entry.target === target) names.push(name);
      }
      return names;
    },
    async bury(target, names) {
      const body = Buffer.from(canonicalJson({ target }));
      for (let start = 0; start < names.length; start += inFlight) {
        const batch = names.slice(start, start + inFlight);
        await Promise.all(batch.map((name) => putIfAbsent(objects, `${namesPrefix}${name}.json`, body)));
        for (const name of batch) if (!buried.has(name)) buried.set(name, now().getTime());
      }
    },
    async purged(target) {
      const blobs = new Map<Digest, PurgedBlob>();
      for await (const [hex, entry] of readAll(blobsPrefix, purgedSchema)) {
        if (target === undefined || entry.target === target) blobs.set(`sha256:${hex}`, entry);
      }
      return blobs;
    },
    markPurged: (digest, target, replacedBy) =>
      write(`${blobsPrefix}${digest.slice('sha256:'.length)}.json`, {
        target,
        at: now().toISOString(),
        ...(replacedBy && { replacedBy }),
      }),
    async forgottenAt(target) {
      const bytes = await readObject(objects, targetKey(target));
      return bytes && parseJson(bytes.toString(), forgettingSchema, targetKey(target)).at;
    },
    markForgotten: async (target) => {
      await putIfAbsent(objects, targetKey(target), Buffer.from(canonicalJson({ at: now().toISOString() })));
    },
  };
}

const hexIn = (key: string): string => key.slice(key.lastIndexOf('/') + 1, -'.json'.length);

/** Made once: of two that come at the same time, both use the one that was written. */
async function readSalt(objects: ObjectStore): Promise<Buffer> {
  const known = await readObject(objects, saltKey);
  if (known) return known;
  await putIfAbsent(objects, saltKey, randomBytes(32));
  return (await readObject(objects, saltKey)) ?? readSalt(objects);
}
