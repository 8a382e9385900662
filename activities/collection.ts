// Collection: what is new in every source, appended to what earlier runs brought. The cursor of each source and the
// shards so far are kept after each shard, so that neither the next run nor a retry fetches anything twice.
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { parseJson } from '../artifacts/artifact-store.ts';
import { hashCanonical } from '../artifacts/canonical-json.ts';
import { writeJsonLines } from '../artifacts/json-lines.ts';
import { type ObjectStore, readObject } from '../artifacts/object-store.ts';
import { artifactReferenceSchema, mediaTypes } from '../contracts/artifact.ts';
import type { CollectedDocument } from '../contracts/document.ts';
import type { CollectionInput, CollectionResult } from '../contracts/stage-results.ts';
import { createSource, readLabels } from '../sources/create-source.ts';
import { type CollectionProblem, type Cursor, cursorSchema, type ObjectReader } from '../sources/source.ts';
import { createBreather, withHeartbeat } from './heartbeat.ts';
import { createShardWriter } from './shards.ts';
import type { StageRunner } from './stage-runner.ts';

/** What earlier runs of the same sources have brought. */
const progressSchema = z.object({
  shards: z.record(z.string(), artifactReferenceSchema),
  documentCount: z.number().int(),
  cursors: z.record(z.string(), cursorSchema),
});
type Progress = z.infer<typeof progressSchema>;

export interface CollectionActivityDependencies {
  readonly artifacts: ArtifactStore;
  /** Where cursors are kept. */
  readonly pointers: ObjectStore;
  /** Buckets that sources read. */
  readonly objects: ObjectReader;
  readonly runStage: StageRunner;
  readonly now: () => Date;
}

export type CollectionActivities = ReturnType<typeof createCollectionActivities>;

export function createCollectionActivities(dependencies: CollectionActivityDependencies) {
  const { artifacts, pointers, objects, runStage, now } = dependencies;
  // Model files are loaded with absolute paths, so nothing is relative to this process.
  const context = { baseDirectory: '/', objects, now };

  const collectNew = async (input: CollectionInput, signal: AbortSignal, report: (it: unknown) => void) => {
    const { sources } = input.collection;
    const key = `collections/${input.model}/${hashCanonical(sources)}.json`;
    const before = await readProgress(pointers, key);
    const shards = createShardWriter<CollectedDocument>(artifacts, mediaTypes.documents);
    shards.adopt(before.shards);
    const problems: CollectionProblem[] = [];
    const breathe = createBreather(signal);
    const progress = { ...before, cursors: { ...before.cursors } };
    const keep = () => pointers.put(key, Buffer.from(JSON.stringify(progress)));

    for (const spec of sources) {
      const cursor = progress.cursors[spec.name] as Cursor | undefined; // absent for a source that is new
      let latest: (() => Cursor) | undefined;
      for await (const item of createSource(spec, context).collect(cursor, signal)) {
        if ('problem' in item) problems.push(item.problem);
        else {
          progress.documentCount += 1;
          if (await shards.add(item.document)) {
            Object.assign(progress, { shards: shards.files() });
            progress.cursors[spec.name] = item.cursor();
            await keep();
          }
        }
        report({ source: spec.name, documents: progress.documentCount, problems: problems.length });
        await breathe();
        latest = item.cursor; // costs as much as there are entries: asked once a shard, and at the end
      }
      if (latest) progress.cursors[spec.name] = latest();
    }
    const documents = await shards.close();
    Object.assign(progress, { shards: shards.files() });
    await keep();
    return {
      documents,
      problems,
      documentCount: progress.documentCount,
      new: progress.documentCount - before.documentCount,
    };
  };

  return {
    /**
     * Brings what is new and all labels as they stand now.
     * @throws SourceUnavailable, SourceForbidden
     */
    async collectDocuments(input: CollectionInput): Promise<CollectionResult> {
      return runStage({
        stage: 'collection',
        run: input,
        parameters: input.collection,
        inputs: {},
        cacheable: false, // depends on the world outside
        compute: () =>
          withHeartbeat(async (signal, report) => {
            const collected = await collectNew(input, signal, report);
            const read = await readLabels(input.collection.labels, context, signal);
            const problems = [...collected.problems, ...read.problems];
            const labels = await writeJsonLines(artifacts, read.labels, mediaTypes.labels);
            const { documents, documentCount } = collected;
            return {
              result: {
                documents,
                labels,
                documentCount,
                newDocumentCount: collected.new,
                labelCount: read.labels.length,
                problems: await writeJsonLines(artifacts, problems),
                problemCount: problems.length,
              },
              outputs: { documents, labels },
              metrics: { documents: documentCount, new: collected.new, labels: read.labels.length },
            };
          }),
      });
    },
  };
}

async function readProgress(pointers: ObjectStore, key: string): Promise<Progress> {
  const bytes = await readObject(pointers, key);
  if (bytes === undefined) return { shards: {}, documentCount: 0, cursors: {} };
  return parseJson(bytes.toString(), progressSchema, key);
}
