// What became of documents, written shard by shard: those that were kept, and of those that were dropped why.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { mediaTypes } from '../contracts/artifact.ts';
import type { CleanDocument, CollectedDocument } from '../contracts/document.ts';
import type { Outcome } from '../pipeline/cleaning/recipe.ts';
import { createShardWriter } from './shards.ts';

/** A dropped document: enough to find it again, and why it was dropped. */
export interface DroppedDocument {
  readonly id: string;
  readonly uri: string;
  readonly digest: string;
  readonly step: string;
  readonly reason: string;
}

export function createOutcomeWriter(artifacts: ArtifactStore) {
  const corpus = createShardWriter<CleanDocument>(artifacts, mediaTypes.documents);
  const dropped = createShardWriter<DroppedDocument>(artifacts, mediaTypes.jsonLines);
  const counts = { kept: 0, dropped: 0 };
  return {
    add: async ({ id, uri, digest }: CollectedDocument, outcome: Outcome): Promise<void> => {
      if (outcome.outcome === 'kept') {
        await corpus.add(outcome.document);
        counts.kept += 1;
      } else {
        await dropped.add({ id, uri, digest, step: outcome.step, reason: outcome.reason });
        counts.dropped += 1;
      }
    },
    counts: (): Readonly<typeof counts> => counts,
    close: async () => ({
      ...{ corpus: await corpus.close(), dropped: await dropped.close() },
      ...{ keptCount: counts.kept, droppedCount: counts.dropped },
    }),
  };
}
