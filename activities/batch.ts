// Batch prediction: records into shards, each shard answered by itself and once, the answers put together.
import { availableParallelism } from 'node:os';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ObjectStore } from '../artifacts/object-store.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import { type ArtifactReference, mediaTypes } from '../contracts/artifact.ts';
import {
  type BatchQuestion,
  type BatchRequest,
  type BatchResult,
  batchFiles,
  batchManifestSchema,
} from '../contracts/batch.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { CollectionSpec } from '../contracts/model-spec/collection.ts';
import { formatVersion } from '../contracts/registry.ts';
import type { RunIdentity, StageRecord } from '../contracts/stage-results.ts';
import { packageFiles } from '../contracts/version-package.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import type { ObjectReader } from '../sources/source.ts';
import {
  type Answers,
  answersOfConfig,
  architecturesSchema,
  readAnsweringVersion,
} from './answering-version.ts';
import { writeMark } from './batch-marks.ts';
import { createBatchShards, recordsAShard, type ShardRecordsInput } from './batch-shards.ts';
import type { AnsweredShard, BatchShardJob } from './batch-thread-main.ts';
import { withHeartbeat } from './heartbeat.ts';
import { createKeptThreads } from './kept-threads.ts';
import { shardName } from './shards.ts';
import type { StageRunner } from './stage-runner.ts';

/** The version that a batch is answered by, from its start to its end. */
export interface PinnedVersion {
  readonly version: number;
  readonly package: ArtifactReference;
  readonly answers: Answers;
  /** Where new documents are asked for. */
  readonly collection?: CollectionSpec;
}

export interface AnswerShardInput extends RunIdentity {
  readonly package: ArtifactReference;
  readonly shards: ArtifactReference;
  /** Its place among the shards. */
  readonly place: number;
  readonly question: BatchQuestion;
}

export interface FoldAnswersInput extends RunIdentity {
  /** What was folded before; absent: nothing. */
  readonly folded?: ArtifactReference;
  /** In the order of the shards. */
  readonly parts: readonly ArtifactReference[];
}

export interface JoinAnswersInput extends RunIdentity, Pick<PinnedVersion, 'version' | 'package'> {
  readonly shards: ArtifactReference;
  readonly folded: ArtifactReference;
  readonly question: BatchQuestion;
}

export interface BatchDependencies {
  readonly artifacts: ArtifactStore;
  readonly registry: Pick<RegistryReader, 'readVersion' | 'readRouting' | 'readSpec'>;
  /** Where marks are kept. */
  readonly pointers: ObjectStore;
  /** Buckets that records are read from. */
  readonly objects: ObjectReader;
  readonly runStage: StageRunner;
  readonly metrics: Pick<Metrics, 'countBatchRecords'>;
}

export type BatchActivities = ReturnType<typeof createBatchActivities>;

const entry = new URL('batch-thread.mjs', import.meta.url);
const part = { answers: 'answers', problems: 'problems' } as const;

export function createBatchActivities(dependencies: BatchDependencies) {
  const { artifacts, registry, pointers, runStage, metrics } = dependencies;
  const threads = createKeptThreads(entry, availableParallelism());
  const { recordShards, newShards, readShard } = createBatchShards(dependencies);

  return {
    /** @throws InvalidInput where there is no such version, or none in service, or it answers nothing */
    async pinVersion({ model, version, records }: BatchRequest): Promise<PinnedVersion> {
      const number = version ?? (await registry.readRouting(model))?.champion;
      if (number === undefined)
        throw new CoppiceFailure('InvalidInput', `no version of ${model} is in service`);
      const document = await registry.readVersion(model, number);
      if (!document)
        throw new CoppiceFailure('InvalidInput', `${formatVersion(model, number)} is not in the registry`);
      const { files } = await artifacts.readDirectory(document.package);
      const config = await artifacts.readJson(files[packageFiles.config], architecturesSchema);
      const answers = answersOfConfig(config);
      if (!answers) {
        const message = `${formatVersion(model, number)} is a ${config.architectures.join(', ')}, which gives neither labels, texts nor entities`;
        throw new CoppiceFailure('InvalidInput', message);
      }
      const stored = records.kind === 'new-documents' ? await registry.readSpec(model) : undefined;
      return {
        ...{ version: number, package: document.package, answers },
        ...(stored && { collection: { sources: stored.spec.collection.sources, labels: [] } }),
      };
    },

    /** @throws InvalidInput where there is no record */
    async shardRecords(input: ShardRecordsInput): Promise<{ shards: ArtifactReference; count: number }> {
      const { records, answers, question } = input;
      if (records.kind === 'new-documents') return newShards(input);
      const made = await runStage({
        stage: 'evaluation',
        step: 'batch-records',
        run: input,
        parameters: {
          field: question.field,
          size: recordsAShard[answers],
          ...(records.kind === 'file' ? { format: records.format } : records),
        },
        inputs: records.kind === 'file' ? { file: records.file } : {},
        cacheable: records.kind === 'file', // a bucket is the world outside
        compute: async () => {
          const result = await recordShards(records, input);
          return { result, outputs: { shards: result.shards }, metrics: { shards: result.count } };
        },
      });
      return { shards: made.shards, count: made.count };
    },

    /** Answers one shard, once: what a version made of the same records and question is not asked again. */
    async answerShard(
      input: AnswerShardInput,
    ): Promise<StageRecord & { part: ArtifactReference; answered: number; setAside: number }> {
      const { files } = await artifacts.readDirectory(input.shards);
      const shard = files[shardName(input.place)];
      const { question } = input;
      return runStage({
        stage: 'evaluation',
        step: 'batch-answers',
        run: input,
        parameters: question,
        inputs: { package: input.package, shard },
        compute: async () => {
          const records = await readShard(shard);
          const job: BatchShardJob = { records, question };
          const load = () => readAnsweringVersion(artifacts, input.package);
          const { answers, problems } = (await withHeartbeat((signal, report) => {
            report({ shard: input.place, records: records.length });
            return threads.ask({ key: input.package.digest, load, question: job }, signal);
          })) as AnsweredShard;
          const mediaType = question.output === 'parquet' ? mediaTypes.parquet : mediaTypes.jsonLines;
          const store = (it: AnsweredShard['answers'], type: string) =>
            artifacts.putBytes(it.bytes, { mediaType: type, annotations: { records: String(it.records) } });
          const made = await artifacts.putDirectory({
            ...(answers.records > 0 && { [part.answers]: await store(answers, mediaType) }),
            ...(problems.records > 0 && { [part.problems]: await store(problems, mediaTypes.jsonLines) }),
          });
          metrics.countBatchRecords(input.model, { answered: answers.records, setAside: problems.records });
          const counts = { answered: answers.records, setAside: problems.records };
          return { result: { part: made, ...counts }, outputs: { part: made }, metrics: counts };
        },
      });
    },

    /** Many parts as one, so that a workflow that goes on as a new one carries a single reference. */
    async foldAnswers({ folded, parts }: FoldAnswersInput): Promise<ArtifactReference> {
      const all: Record<string, ArtifactReference> = folded
        ? { ...(await artifacts.readDirectory(folded)).files }
        : {};
      const next = (prefix: string) => Object.keys(all).filter((name) => name.startsWith(prefix)).length;
      for (const reference of parts) {
        const { files } = await artifacts.readDirectory(reference);
        for (const kind of [part.answers, part.problems]) {
          if (!Object.hasOwn(files, kind)) continue;
          const ending = files[kind].mediaType === mediaTypes.parquet ? 'parquet' : 'jsonl.gz';
          all[`${batchFiles[kind]}${String(next(batchFiles[kind])).padStart(5, '0')}.${ending}`] =
            files[kind];
        }
      }
      return artifacts.putDirectory(all);
    },

    /** What the batch leaves: its answers, what was set aside, and a manifest. */
    async joinAnswers({
      shards,
      folded,
      question,
      version,
      ...input
    }: JoinAnswersInput): Promise<BatchResult> {
      const { answered, setAside, output } = await runStage({
        stage: 'evaluation',
        step: 'batch',
        run: input,
        parameters: { question, version },
        inputs: { package: input.package, shards, folded },
        compute: async () => {
          const { files } = await artifacts.readDirectory(folded);
          const counts = {
            answered: recordsIn(files, batchFiles.answers),
            setAside: recordsIn(files, batchFiles.problems),
          };
          const manifest = batchManifestSchema.parse({
            ...{ model: input.model, version, package: input.package.digest, question, ...counts, files },
          });
          const made = await artifacts.putDirectory({
            ...files,
            [batchFiles.manifest]: await artifacts.putJson(manifest),
          });
          return { result: { ...counts, output: made }, outputs: { output: made }, metrics: counts };
        },
      });
      return { version, output, answered, setAside };
    },

    /** Remembers what was answered: the next batch of the name begins behind it. */
    async markAnswered({
      model,
      name,
      documents,
    }: {
      readonly model: string;
      readonly name: string;
      readonly documents: ArtifactReference;
    }): Promise<void> {
      const { files } = await artifacts.readDirectory(documents);
      await writeMark(
        pointers,
        { model, name },
        Object.values(files).map(({ digest }) => digest),
      );
    },
  };
}

const recordsIn = (files: Readonly<Record<string, ArtifactReference>>, prefix: string): number =>
  Object.entries(files)
    .filter(([name]) => name.startsWith(prefix))
    .reduce((sum, [, { annotations }]) => sum + Number(annotations['records'] ?? 0), 0);
