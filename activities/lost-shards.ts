// What remains of earlier collections where a shard is gone or damaged. Its sources are asked for everything again,
// since nobody knows any more what it held; documents that stand in whole shards are not brought twice.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { CollectionProgress } from '../artifacts/collection-progress.ts';
import { inFlight } from '../artifacts/in-flight.ts';
import { readJsonLines } from '../artifacts/json-lines.ts';
import { isLost } from '../artifacts/store-failure.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { type CollectedDocument, collectedDocumentSchema } from '../contracts/document.ts';
import { shardName } from './shards.ts';

/** Enough to hide the store's latency. */
const looksInFlight = 16;

export interface Remains {
  readonly progress: CollectionProgress;
  /** Whether a document stands in one of the shards that remain; never where nothing was lost. */
  readonly isKnown: (document: Pick<CollectedDocument, 'id' | 'digest'>) => boolean;
  readonly lostShards: number;
}

const nameOf = ({ id, digest }: Pick<CollectedDocument, 'id' | 'digest'>): string => `${digest} ${id}`;

/**
 * Looks whether all shards are there; reads them only where one is not.
 * @returns the progress itself where nothing is lost
 */
export async function keepWholeShards(
  artifacts: ArtifactStore,
  progress: CollectionProgress,
): Promise<Remains> {
  const shards = Object.entries(progress.shards).sort(([a], [b]) => (a < b ? -1 : 1));
  const there = await inFlight(shards, looksInFlight, ([, shard]) => artifacts.has(shard));
  if (there.every(Boolean)) return { progress, isKnown: () => false, lostShards: 0 };
  const known = new Set<string>();
  const whole: ArtifactReference[] = [];
  let documentCount = 0;
  for (const [, shard] of shards) {
    const names = await readNames(artifacts, shard);
    if (names === undefined) continue;
    for (const document of names) known.add(document);
    documentCount += names.length;
    whole.push(shard);
  }
  // Without gaps in their names: the next shard is named by their number.
  const renamed = Object.fromEntries(whole.map((shard, position) => [shardName(position), shard]));
  return {
    progress: { shards: renamed, documentCount, cursors: {} },
    isKnown: (document) => known.has(nameOf(document)),
    lostShards: shards.length - whole.length,
  };
}

/** @returns undefined where the shard cannot be read back */
async function readNames(artifacts: ArtifactStore, shard: ArtifactReference): Promise<string[] | undefined> {
  const names: string[] = [];
  try {
    for await (const document of readJsonLines(artifacts, shard, collectedDocumentSchema))
      names.push(nameOf(document));
    return names;
  } catch (error) {
    if (isLost(error)) return undefined;
    throw error;
  }
}
