// The documents that a collection brought: how many, of which sources, the first of them with where they came from.
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { readReplacements } from '../artifacts/forgetting/purge.ts';
import { openTombstones } from '../artifacts/forgetting/tombstones.ts';
import { readJsonLines } from '../artifacts/json-lines.ts';
import type { LineageNode } from '../artifacts/lineage.ts';
import type { ObjectStore } from '../artifacts/object-store.ts';
import { type ArtifactReference, mediaTypes } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import {
  type CollectedDocuments,
  type DocumentOrigin,
  documentOriginSchema,
} from '../contracts/lineage-view.ts';

export interface CollectedDocumentsDependencies {
  readonly artifacts: ArtifactStore;
  /** The bucket of artifacts. */
  readonly objects: ObjectStore;
  /** How many documents are named. */
  readonly named: number;
}

const lineSchema = documentOriginSchema.extend({ content: z.object({}) });

/** @returns a function that reads what a node brought; undefined where it is not what a collection brought */
export async function createCollectedDocuments({
  artifacts,
  objects,
  named,
}: CollectedDocumentsDependencies): Promise<(node: LineageNode) => Promise<CollectedDocuments | undefined>> {
  const replacements = await readReplacements(await openTombstones(objects));

  /** What is left of a shard, where something in it was forgotten. @returns undefined where nothing is */
  async function* linesOf(shard: ArtifactReference): AsyncGenerator<DocumentOrigin> {
    try {
      for await (const { content: _content, ...line } of readJsonLines(artifacts, shard, lineSchema))
        yield line;
    } catch (error) {
      if (!(error instanceof CoppiceFailure) || error.type !== 'ArtifactNotFound') throw error;
      const replacement = replacements.get(shard.digest);
      if (replacement) yield* linesOf(replacement);
    }
  }

  return async ({ reference, record, role, repeated }) => {
    const isCollection = record?.stage === 'collection' && reference.mediaType === mediaTypes.directory;
    if (repeated || !isCollection || role === 'labels') return undefined;
    const { files } = await artifacts.readDirectory(reference);
    const first: DocumentOrigin[] = [];
    const sources: Record<string, number> = {};
    let count = 0;
    let were = 0;
    for (const name of Object.keys(files).sort()) {
      const before = count;
      for await (const document of linesOf(files[name])) {
        if (count < named) first.push(document);
        sources[document.source] = (sources[document.source] ?? 0) + 1;
        count += 1;
      }
      were += Number(files[name].annotations['records'] ?? count - before);
    }
    return { count, sources, first, forgotten: Math.max(0, were - count) };
  };
}
