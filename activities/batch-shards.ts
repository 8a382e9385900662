// The shards of a batch: records of files and objects are put into new ones, new documents stay in those that they were
// collected in.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { readJsonLines } from '../artifacts/json-lines.ts';
import type { ObjectStore } from '../artifacts/object-store.ts';
import { type ArtifactReference, mediaTypes } from '../contracts/artifact.ts';
import { type BatchRecord, type BatchRequest, batchRecordSchema } from '../contracts/batch.ts';
import { collectedDocumentSchema } from '../contracts/document.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { RunIdentity } from '../contracts/stage-results.ts';
import type { ObjectReader } from '../sources/source.ts';
import { readMark } from './batch-marks.ts';
import { formatOf, type RecordFile, readRecords } from './batch-records.ts';
import { withHeartbeat } from './heartbeat.ts';
import { createShardWriter, shardName } from './shards.ts';

export interface ShardRecordsInput extends RunIdentity, Pick<BatchRequest, 'records' | 'question' | 'name'> {
  readonly answers: keyof typeof recordsAShard;
  /** Of new documents: all that the model's sources have brought. */
  readonly documents?: ArtifactReference;
}

/** Records of a shard: some seconds of labels or entities, a minute or so of texts. A worker that is killed repeats one. */
export const recordsAShard = { labels: 500, entities: 500, texts: 32 } as const;

interface BatchShardDependencies {
  readonly artifacts: ArtifactStore;
  readonly pointers: ObjectStore;
  readonly objects: ObjectReader;
}

type TableRecords = Exclude<BatchRequest['records'], { kind: 'new-documents' }>;

export function createBatchShards({ artifacts, pointers, objects }: BatchShardDependencies) {
  const filesOf = async function* (records: TableRecords): AsyncGenerator<RecordFile> {
    if (records.kind === 'file') {
      const { file, format } = records;
      const read = async function* (): AsyncGenerator<Uint8Array> {
        yield* (await artifacts.openStream(file)) as AsyncIterable<Uint8Array>;
      };
      yield { format, read };
      return;
    }
    const { bucket, prefix } = records;
    for await (const { key } of objects.list(bucket, prefix)) {
      const format = formatOf(key);
      if (format) yield { name: key, format, read: () => objects.stream(bucket, key) };
    }
  };

  const recordShards = async (records: TableRecords, { answers, question }: ShardRecordsInput) =>
    withHeartbeat(async (signal, report) => {
      const shards = createShardWriter<BatchRecord>(artifacts, mediaTypes.jsonLines);
      const size = recordsAShard[answers];
      let count = 0;
      for await (const record of readRecords(filesOf(records), { field: question.field, signal })) {
        count += 1;
        await shards.add(record, count % size === 0);
        if (count % size === 0) report({ records: count });
      }
      const directory = await shards.close();
      return { shards: directory, count: Object.keys(shards.files()).length };
    });

  /** Shards of the collection are asked about as they are: those that no earlier batch of the name has answered. */
  const newShards = async ({ model, name, documents }: ShardRecordsInput) => {
    if (!documents || name === undefined)
      throw new CoppiceFailure(
        'InvalidInput',
        'new documents are those of a batch that the model file describes',
      );
    const answered = await readMark(pointers, { model, name });
    const { files } = await artifacts.readDirectory(documents);
    const fresh = Object.keys(files)
      .sort()
      .flatMap((it) => (answered.has(files[it].digest) ? [] : [files[it]]));
    const named = Object.fromEntries(fresh.map((shard, place) => [shardName(place), shard]));
    return { shards: await artifacts.putDirectory(named), count: fresh.length };
  };

  const readShard = async (shard: ArtifactReference): Promise<BatchRecord[]> => {
    const records: BatchRecord[] = [];
    if (shard.mediaType === mediaTypes.documents)
      for await (const { id, content } of readJsonLines(artifacts, shard, collectedDocumentSchema))
        records.push({ id, content });
    else for await (const record of readJsonLines(artifacts, shard, batchRecordSchema)) records.push(record);
    return records;
  };

  return { recordShards, newShards, readShard };
}
