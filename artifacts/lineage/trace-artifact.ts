// An artifact forward through the lineage, by its digest or by that of a file in it.
import type { ArtifactReference, Digest } from '../../contracts/artifact.ts';
import { mediaTypes } from '../../contracts/artifact.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import type { LineageLog, StoredRecord } from '../lineage.ts';
import { type Trace, type TraceStart, traceForward } from './trace.ts';

/** @returns undefined where no stage read or wrote it */
export async function traceArtifact(
  digest: Digest,
  dependencies: { readonly lineage: LineageLog; readonly artifacts: ArtifactStore },
): Promise<Trace | undefined> {
  const { lineage, artifacts } = dependencies;
  const producers = await lineage.findProducers(digest);
  const readers = await lineage.findReaders(digest);
  const starts = [
    ...(await startsAmong(producers, 'outputs', { digest, artifacts })),
    ...(await startsAmong(readers, 'inputs', { digest, artifacts })),
  ];
  return starts.length === 0 ? undefined : traceForward(starts, { lineage });
}

async function startsAmong(
  records: readonly StoredRecord[],
  side: 'inputs' | 'outputs',
  { digest, artifacts }: { readonly digest: Digest; readonly artifacts: ArtifactStore },
): Promise<TraceStart[]> {
  const starts: TraceStart[] = [];
  for (const stored of records) {
    for (const [role, reference] of Object.entries(stored.record[side])) {
      if (reference.digest !== digest && !(await hasFile(artifacts, reference, digest))) continue;
      starts.push({ role, reference, madeBy: side === 'outputs' ? [stored] : [], blobs: undefined });
    }
  }
  return starts;
}

async function hasFile(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
  digest: Digest,
): Promise<boolean> {
  if (reference.mediaType !== mediaTypes.directory) return false;
  try {
    const { files } = await artifacts.readDirectory(reference);
    return Object.values(files).some((file) => file.digest === digest);
  } catch (error) {
    if (error instanceof CoppiceFailure && error.type === 'ArtifactNotFound') return false;
    throw error;
  }
}
