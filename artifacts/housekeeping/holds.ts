// Holds: artifacts that a person wants kept whatever becomes of the runs that made them, `holds/<hex>.json`.
import type { z } from 'zod';
import type { ArtifactReference, Digest } from '../../contracts/artifact.ts';
import { directoryManifestSchema, mediaTypes } from '../../contracts/artifact.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import { type Hold, holdSchema } from '../../contracts/housekeeping.ts';
import { lineageRecordSchema } from '../../contracts/lineage.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import { parseJson } from '../artifact-store.ts';
import { blobKey } from '../blobs.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { ObjectStore } from '../object-store.ts';
import { readObject } from '../object-store.ts';

export interface Holds {
  /** @throws CoppiceFailure ArtifactNotFound where the store holds no such artifact */
  add(digest: Digest, hold: { readonly reason: string; readonly by: string }): Promise<Hold>;
  /** @returns whether there was one */
  remove(digest: Digest): Promise<boolean>;
  list(): Promise<Hold[]>;
}

/** A manifest of 60,000 files; what is larger holds nothing but its own bytes. */
const manifestAtMostBytes = 16 * 1024 * 1024;

const keyOf = (digest: Digest): string => `holds/${digest.slice('sha256:'.length)}.json`;

export function createHolds(
  objects: ObjectStore,
  artifacts: ArtifactStore,
  now: () => Date = () => new Date(),
): Holds {
  /** A digest does not say what it names: a directory and a lineage record are known by their content. */
  async function identify(digest: Digest): Promise<ArtifactReference> {
    const found = await objects.stat(blobKey(digest));
    if (!found) throw new CoppiceFailure('ArtifactNotFound', `there is no artifact ${digest}`, { digest });
    const bytes = {
      digest,
      mediaType: 'application/octet-stream',
      sizeBytes: found.sizeBytes,
      annotations: {},
    };
    if (found.sizeBytes > manifestAtMostBytes) return bytes;
    const text = (await artifacts.readBytes(bytes)).toString();
    if (matches(text, directoryManifestSchema)) return { ...bytes, mediaType: mediaTypes.directory };
    return matches(text, lineageRecordSchema) ? { ...bytes, mediaType: mediaTypes.lineage } : bytes;
  }

  return {
    async add(digest, { reason, by }) {
      const hold = { reference: await identify(digest), reason, by, at: now().toISOString() };
      await objects.put(keyOf(digest), Buffer.from(canonicalJson(hold)), { contentType: mediaTypes.json });
      return hold;
    },
    async remove(digest) {
      if (!(await objects.stat(keyOf(digest)))) return false;
      await objects.remove(keyOf(digest));
      return true;
    },
    async list() {
      const holds: Hold[] = [];
      for await (const { key } of objects.list('holds/')) {
        const bytes = await readObject(objects, key);
        if (bytes) holds.push(parseJson(bytes.toString(), holdSchema, key)); // else released meanwhile
      }
      return holds;
    },
  };
}

function matches(text: string, schema: z.ZodType): boolean {
  if (!text.startsWith('{')) return false;
  try {
    return schema.safeParse(JSON.parse(text)).success;
  } catch {
    return false; // bytes that begin like JSON
  }
}
