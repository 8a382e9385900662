// Collection: what is new in every source, appended to what earlier runs brought. The cursor of each source and the
// shards so far are kept after each shard, so that neither the next run nor a retry fetches anything twice.
import { Context } from '@temporalio/activity';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import {
  progressKey,
  readProgress,
  withReplacements,
  writeProgress,
} from '../artifacts/collection-progress.ts';
import { readReplacements } from '../artifacts/forgetting/purge.ts';
import { openTombstones, type Tombstones } from '../artifacts/forgetting/tombstones.ts';
import { writeJsonLines } from '../artifacts/json-lines.ts';
import type { ObjectStore } from '../artifacts/object-store.ts';
import { mediaTypes } from '../contracts/artifact.ts';
import { type CollectedDocument, collectedDocumentSchema } from '../contracts/document.ts';
import type { CollectionInput, CollectionResult } from '../contracts/stage-results.ts';
import type { Secret } from '../settings/secret.ts';
import { createSource, readLabels } from '../sources/create-source.ts';
import type { CollectionProblem, Cursor, Found, ObjectReader } from '../sources/source.ts';
import { fitSpans } from '../sources/span-labels.ts';
import { createBreather, withHeartbeat } from './heartbeat.ts';
import { keepWholeShards } from './lost-shards.ts';
import { createShardWriter, readShards } from './shards.ts';
import type { StageRunner } from './stage-runner.ts';

export interface CollectionActivityDependencies {
  readonly artifacts: ArtifactStore;
  /** Where cursors are kept. */
  readonly pointers: ObjectStore;
  /** Buckets that sources read. */
  readonly objects: ObjectReader;
  /** Where packages are kept unpacked; absent: no source may ask for one. */
  readonly stateDirectory?: string;
  /** Access tokens of sources, by the names of their variables; absent: no source has one. */
  readonly secrets?: (variable: string) => Secret | undefined;
  /** Of the pseudonyms of authors; kept in the state directory where absent. */
  readonly pseudonymKey?: Secret | undefined;
  readonly runStage: StageRunner;
  readonly now: () => Date;
}

export type CollectionActivities = ReturnType<typeof createCollectionActivities>;

export function createCollectionActivities(dependencies: CollectionActivityDependencies) {
  const { artifacts, pointers, objects, stateDirectory, secrets, pseudonymKey, runStage, now } = dependencies;
  // Model files are loaded with absolute paths, so nothing is relative to this process.
  const context = {
    baseDirectory: '/',
    objects,
    now,
    ...(stateDirectory !== undefined && { stateDirectory }),
    ...(secrets !== undefined && { secrets }),
    ...(pseudonymKey !== undefined && { pseudonymKey }),
  };

  const collectNew = async (input: CollectionInput, signal: AbortSignal, report: (it: unknown) => void) => {
    const { sources } = input.collection;
    const key = progressKey(input.model, sources);
    const tombstones = await openTombstones(pointers);
    const known = withReplacements(await readProgress(pointers, key), await readReplacements(tombstones));
    const { progress: before, isKnown, lostShards } = await keepWholeShards(artifacts, known);
    if (lostShards > 0) {
      const message = `${lostShards} shards of earlier collections are gone or damaged: the sources are asked again`;
      Context.current().log.warn(message, { model: input.model });
    }
    const shards = createShardWriter<CollectedDocument>(artifacts, mediaTypes.documents);
    shards.adopt(before.shards);
    const problems: CollectionProblem[] = [];
    const breathe = createBreather(signal);
    const progress = { ...before, cursors: { ...before.cursors } };
    const keep = () => writeProgress(pointers, key, progress);
    let forgotten = 0;

    for (const spec of sources) {
      const cursor = progress.cursors[spec.name] as Cursor | undefined; // absent for a source that is new
      const source = createSource(spec, context);
      const isDue = createTimer(source.keepAfterSeconds, now);
      let latest: (() => Cursor) | undefined;
      for await (const item of source.collect(cursor, signal)) {
        const skipped = problemOf(item, tombstones);
        if (skipped) {
          problems.push(skipped);
          if (skipped.reason === forgottenReason) forgotten += 1;
        } else if ('document' in item && !isKnown(item.document)) {
          progress.documentCount += 1;
          if (await shards.add(item.document, isDue())) {
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
      forgotten,
      tombstones,
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
            const { labelled } = input;
            const documentsOf = () => readShards(artifacts, collected.documents, collectedDocumentSchema);
            const labelContext = { ...context, documents: documentsOf, ...(labelled && { labelled }) };
            const read = await readLabels(input.collection.labels, labelContext, signal);
            const { documents, documentCount, forgotten, tombstones } = collected;
            const remembered = read.labels.filter(
              ({ document }) => !tombstones.isForgotten({ id: document }),
            );
            const fitting =
              labelled === 'spans'
                ? await fitSpans(
                    remembered.filter((it) => 'spans' in it),
                    { documents: documentsOf(), signal },
                  )
                : { labels: remembered, problems: [] };
            const known = fitting.labels;
            const setAside = [...collected.problems, ...read.problems, ...fitting.problems];
            const problems = await writeJsonLines(artifacts, setAside);
            const labels = await writeJsonLines(artifacts, known, mediaTypes.labels);
            const voted = read.voters.length > 0 && { labelVoters: await artifacts.putJson(read.voters) };
            return {
              result: {
                documents,
                labels,
                documentCount,
                newDocumentCount: collected.new,
                labelCount: known.length,
                ...voted,
                problems,
                problemCount: setAside.length,
                ...(forgotten > 0 && { forgottenCount: forgotten }),
              },
              outputs: { documents, labels, problems, ...voted },
              metrics: { documents: documentCount, new: collected.new, labels: known.length, forgotten },
            };
          }),
      });
    },
  };
}

/** @returns a function that says once in so many seconds that they are over; never where there are none */
function createTimer(seconds: number | undefined, now: () => Date): () => boolean {
  let since = now().getTime();
  return () => {
    const isOver = seconds !== undefined && now().getTime() - since >= seconds * 1_000;
    if (isOver) since = now().getTime();
    return isOver;
  };
}

/** Why a document that was asked to be forgotten is not brought again. */
const forgottenReason = 'forgotten';

/** @returns why an item is set aside, or nothing; of what is forgotten not even the address is kept */
function problemOf(item: Found, tombstones: Tombstones): CollectionProblem | undefined {
  if ('problem' in item) return item.problem;
  const { id, uri, digest } = item.document;
  if (!tombstones.isForgotten({ id, uri, digest })) return undefined;
  return { uri: `forgotten:${tombstones.digestOf(id)}`, reason: forgottenReason };
}
