// Whether an artifact is whole: every byte of it read, of a directory every file. What the store cannot read although it
// reads others is removed, so that its stage can write it anew: MinIO answers so for what rotted on its disk.
import { finished } from 'node:stream/promises';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { mediaTypes } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { blobKey } from './blobs.ts';
import type { ObjectStore } from './object-store.ts';
import { readObject } from './object-store.ts';
import { isLost } from './store-failure.ts';

/** Enough to hide the store's latency. */
const readsInFlight = 8;
export interface DamageOptions {
  readonly objects: ObjectStore;
  /** Key of an object that was read just now: where that fails too, it is the store. */
  readonly witness: string;
}

/**
 * @returns undefined where it is sound; else what it is
 * @throws CoppiceFailure ArtifactStoreUnavailable where the store reads nothing
 */
export async function findDamage(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
  options?: DamageOptions,
): Promise<'gone or cut short' | 'damaged' | undefined> {
  const whole = async (part: ArtifactReference, read: () => Promise<unknown>): Promise<void> => {
    try {
      await read();
    } catch (error) {
      if (!options || !isUnavailable(error)) throw error;
      await removeUnreadable(part, options);
      throw new CoppiceFailure('ArtifactCorrupt', `the store cannot read ${part.digest}`, {
        digest: part.digest,
      });
    }
  };

  const readWhole = async (part: ArtifactReference): Promise<void> => {
    if (part.mediaType !== mediaTypes.directory)
      return whole(part, async () => finished((await artifacts.openStream(part)).resume())); // reading is verifying
    let files: ArtifactReference[] = [];
    await whole(part, async () => {
      files = Object.values((await artifacts.readDirectory(part)).files);
    });
    for (let start = 0; start < files.length; start += readsInFlight)
      await Promise.all(files.slice(start, start + readsInFlight).map(readWhole));
  };

  if (!(await isPresent(artifacts, reference))) return 'gone or cut short';
  try {
    await readWhole(reference);
    return undefined;
  } catch (error) {
    const isNotWhatItSays = error instanceof CoppiceFailure && error.type === 'InvalidInput';
    if (isLost(error) || isNotWhatItSays) return 'damaged';
    throw error;
  }
}

/** A look without the bytes; what cannot be looked at is left to the reading. */
async function isPresent(artifacts: ArtifactStore, reference: ArtifactReference): Promise<boolean> {
  try {
    return await artifacts.has(reference);
  } catch (error) {
    if (isUnavailable(error)) return true;
    throw error;
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof CoppiceFailure && error.type === 'ArtifactStoreUnavailable';
}

/** @throws CoppiceFailure ArtifactStoreUnavailable where the store does not read the witness either */
async function removeUnreadable(
  { digest }: ArtifactReference,
  { objects, witness }: DamageOptions,
): Promise<void> {
  await readObject(objects, witness);
  await objects.remove(blobKey(digest));
}
