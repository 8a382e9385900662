// Whether an artifact is whole: every byte of it read, of a directory every file.
import { finished } from 'node:stream/promises';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { mediaTypes } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { ArtifactStore } from './artifact-store.ts';

/** Enough to hide the store's latency. */
const readsInFlight = 8;
/** What it means that an artifact cannot be relied on. */
const lost = new Set<string>(['ArtifactNotFound', 'ArtifactCorrupt', 'InvalidInput']);

/** @returns undefined where it is sound; else what it is */
export async function findDamage(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
): Promise<'gone or cut short' | 'damaged' | undefined> {
  if (!(await artifacts.has(reference))) return 'gone or cut short';
  try {
    await readWhole(artifacts, reference);
    return undefined;
  } catch (error) {
    if (error instanceof CoppiceFailure && lost.has(error.type)) return 'damaged';
    throw error;
  }
}

async function readWhole(artifacts: ArtifactStore, reference: ArtifactReference): Promise<void> {
  if (reference.mediaType === mediaTypes.directory) {
    const files = Object.values((await artifacts.readDirectory(reference)).files);
    for (let start = 0; start < files.length; start += readsInFlight)
      await Promise.all(files.slice(start, start + readsInFlight).map((file) => readWhole(artifacts, file)));
    return;
  }
  await finished((await artifacts.openStream(reference)).resume()); // reading is verifying
}
