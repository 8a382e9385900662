// From references to every artifact that they lead to: the files of a directory, and what a lineage record says was read
// and written.
import type { ArtifactReference, Digest } from '../../contracts/artifact.ts';
import { artifactReferenceSchema, mediaTypes } from '../../contracts/artifact.ts';
import { CoppiceFailure, type FailureType } from '../../contracts/failures.ts';
import { lineageRecordSchema } from '../../contracts/lineage.ts';
import type { ArtifactStore } from '../artifact-store.ts';

/** Manifests read at once: enough to hide the store's latency. */
const readsInFlight = 16;
/** What leads nowhere any more: what it held cannot be told from it. */
const lost = new Set<FailureType>(['ArtifactNotFound', 'ArtifactCorrupt', 'InvalidInput']);

export interface Reachable {
  /** The roots themselves included, whether or not their bytes are there. */
  readonly digests: ReadonlySet<Digest>;
  /** Directories and lineage records that could not be read, with the reason. */
  readonly unreadable: readonly { readonly reference: ArtifactReference; readonly reason: string }[];
}

export interface ReachabilityOptions {
  /** Whether a lineage record leads to what its stage read and wrote; default: it does. */
  readonly throughLineage?: boolean;
}

/**
 * @param roots where to begin
 * @throws CoppiceFailure ArtifactStoreUnavailable: what was not read is not known to lead nowhere
 */
export async function findReachable(
  artifacts: ArtifactStore,
  roots: Iterable<ArtifactReference>,
  { throughLineage = true }: ReachabilityOptions = {},
): Promise<Reachable> {
  const digests = new Set<Digest>();
  const unreadable: { reference: ArtifactReference; reason: string }[] = [];

  const below = async (reference: ArtifactReference): Promise<readonly ArtifactReference[]> => {
    try {
      if (reference.mediaType === mediaTypes.directory)
        return Object.values((await artifacts.readDirectory(reference)).files);
      if (!throughLineage || reference.mediaType !== mediaTypes.lineage) return [];
      const { inputs, outputs } = await artifacts.readJson(reference, lineageRecordSchema);
      return [...Object.values(inputs), ...Object.values(outputs)];
    } catch (error) {
      if (!(error instanceof CoppiceFailure) || !lost.has(error.type)) throw error;
      unreadable.push({ reference, reason: error.message });
      return [];
    }
  };

  let frontier = [...roots];
  while (frontier.length > 0) {
    const fresh = frontier.filter(({ digest }) => !digests.has(digest) && digests.add(digest));
    const next: ArtifactReference[] = [];
    for (let start = 0; start < fresh.length; start += readsInFlight)
      next.push(...(await Promise.all(fresh.slice(start, start + readsInFlight).map(below))).flat());
    frontier = next;
  }
  return { digests, unreadable };
}

/** Every artifact reference in a JSON value, however deep: of a document whose shape need not be known. */
export function referencesIn(value: unknown): ArtifactReference[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('digest' in value && 'mediaType' in value) {
    const parsed = artifactReferenceSchema.safeParse(value);
    if (parsed.success) return [parsed.data];
  }
  return Object.values(value).flatMap(referencesIn);
}
