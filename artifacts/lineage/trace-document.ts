// A document through everything that was made of it: which shards of collections hold it, and what saw those.
import type { ArtifactReference } from '../../contracts/artifact.ts';
import { listProgress } from '../collection-progress.ts';
import type { LineageLog, StoredRecord } from '../lineage.ts';
import type { ObjectStore } from '../object-store.ts';
import type { DocumentMatcher } from './document-names.ts';
import type { DocumentSearch, FoundDocument } from './search.ts';
import { type Trace, type TraceStart, traceForward } from './trace.ts';

export interface DocumentTrace {
  readonly documents: readonly FoundDocument[];
  readonly trace: Trace;
}

export interface DocumentTraceDependencies {
  readonly lineage: LineageLog;
  /** The bucket of artifacts, for the pointers of collections. */
  readonly objects: ObjectStore;
  readonly search: DocumentSearch;
  readonly matcher: DocumentMatcher;
}

/** Looks into every shard that a collection brought: as long as that takes, for what is asked for seldom. */
export async function traceDocument(dependencies: DocumentTraceDependencies): Promise<DocumentTrace> {
  const { lineage, objects, search, matcher } = dependencies;
  const collections: StoredRecord[] = [];
  for await (const stored of lineage.records()) {
    if (stored.record.stage === 'collection') collections.push(stored);
  }
  const unfinished = await shardsOfPointers(objects);
  for (let known = -1; known !== matcher.found().size; ) {
    known = matcher.found().size; // a name that is found late may stand in what was read before it
    for (const { record } of collections) {
      if (Object.hasOwn(record.outputs, 'documents')) await search.look(record.outputs['documents']);
    }
    for (const shard of unfinished) await search.look(shard);
  }
  const starts: TraceStart[] = [];
  const start = async (role: string, reference: ArtifactReference, madeBy: readonly StoredRecord[]) => {
    const found = await search.look(reference);
    if (found?.held === 'yes') starts.push({ role, reference, madeBy, blobs: found.blobs });
  };
  for (const stored of collections) {
    for (const [role, reference] of Object.entries(stored.record.outputs)) {
      await start(role, reference, [stored]);
    }
  }
  const inDirectories = new Set(starts.flatMap(({ blobs = [] }) => blobs.map(({ digest }) => digest)));
  for (const shard of unfinished) {
    if (!inDirectories.has(shard.digest)) await start('shard', shard, []);
  }
  return { documents: search.documents(), trace: await traceForward(starts, { lineage, search }) };
}

/** A collection that died left shards that no record names yet. */
async function shardsOfPointers(objects: ObjectStore): Promise<ArtifactReference[]> {
  const shards: ArtifactReference[] = [];
  for await (const { progress } of listProgress(objects)) shards.push(...Object.values(progress.shards));
  return shards;
}
