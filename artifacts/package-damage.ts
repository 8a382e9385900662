// What of a package cannot be relied on, file by file.
import type { ArtifactReference } from '../contracts/artifact.ts';
import { mediaTypes } from '../contracts/artifact.ts';
import type { VersionDocument } from '../contracts/registry.ts';
import type { DamagedFile } from '../contracts/repair.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { blobKey } from './blobs.ts';
import { findDamage } from './damage.ts';
import { inFlight } from './in-flight.ts';
import type { ObjectStore } from './object-store.ts';

/** Enough to hide the store's latency. */
const filesInFlight = 4;
const manifestName = '(manifest)';

type Look = (file: ArtifactReference) => Promise<DamagedFile['damage'] | undefined>;

/**
 * Reads every byte; what is damaged goes into quarantine.
 * @returns nothing where the package is sound; of a damaged manifest, that alone: its files are not known then
 */
export function readPackage(
  { package: reference, lineage }: Pick<VersionDocument, 'package' | 'lineage'>,
  { artifacts, objects }: { readonly artifacts: ArtifactStore; readonly objects: ObjectStore },
): Promise<DamagedFile[]> {
  // Whether the store reads at all is asked of another object than those in doubt.
  const record = lineage.at(0);
  const options = record && { objects, witness: blobKey(record.digest) };
  return inspect(artifacts, reference, (file) => findDamage(artifacts, file, options));
}

/** A look at what is there, without the bytes. */
export function lookAtPackage(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
): Promise<DamagedFile[]> {
  return inspect(artifacts, reference, async (file) =>
    (await artifacts.has(file)) ? undefined : 'gone or cut short',
  );
}

async function inspect(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
  look: Look,
): Promise<DamagedFile[]> {
  const describe = async (name: string, file: ArtifactReference): Promise<DamagedFile[]> => {
    const damage = await look(file);
    return damage === undefined ? [] : [{ name, digest: file.digest, damage }];
  };
  // As a file: a look at a directory would be one at all that it names.
  const manifest = await describe(manifestName, { ...reference, mediaType: mediaTypes.json });
  if (manifest.length > 0) return manifest;
  const { files } = await artifacts.readDirectory(reference);
  return (
    await inFlight(Object.entries(files), filesInFlight, ([name, file]) => describe(name, file))
  ).flat();
}
