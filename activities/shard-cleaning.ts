// Cleaning of a large corpus, some shards at a time, on as many workers as there are: steps that look at one document alone.
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { mediaTypes } from '../contracts/artifact.ts';
import { type CleaningSample, cleaningSampleSchema } from '../contracts/cleaning-sample.ts';
import type { CleaningSpec } from '../contracts/model-spec/cleaning.ts';
import {
  type CleaningResult,
  type FunnelRow,
  funnelRowSchema,
  type RunIdentity,
  type StageRecord,
} from '../contracts/stage-results.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { addFunnels } from '../pipeline/cleaning/add-funnels.ts';
import { addSamples } from '../pipeline/cleaning/samples.ts';
import { createTurns } from '../pipeline/turns.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { CleanedShard, CleanedShards, ShardCleaningJob } from './shard-cleaning-thread-main.ts';
import { shardName } from './shards.ts';
import type { StageRunner } from './stage-runner.ts';
import { askThread } from './thread.ts';

export interface ShardCleaningInput extends RunIdentity {
  readonly documents: ArtifactReference;
  readonly steps: CleaningSpec['steps'];
  /** Steps follow that compare documents: what is kept stays in the form of a collection. */
  readonly followed: boolean;
  /** Places of shards in the order of the corpus, `to` exclusive. */
  readonly from: number;
  readonly to: number;
}

export interface FoldPartsInput extends RunIdentity {
  /** What was folded before; absent: nothing. */
  readonly folded?: ArtifactReference;
  /** In the order of the corpus. */
  readonly parts: readonly ArtifactReference[];
}

export interface JoinPartsInput extends RunIdentity {
  readonly documents: ArtifactReference;
  readonly steps: CleaningSpec['steps'];
  readonly folded: ArtifactReference;
}

export interface ShardCleaningDependencies {
  readonly artifacts: ArtifactStore;
  readonly runStage: StageRunner;
  readonly metrics: Metrics;
}

export type ShardCleaningActivities = ReturnType<typeof createShardCleaningActivities>;

const entry = new URL('shard-cleaning-thread.mjs', import.meta.url);

/** Names of a part's files: the shards of what was kept and of what was dropped, what each step did, and samples of it. */
const files = {
  corpus: 'corpus/',
  dropped: 'dropped/',
  funnel: 'funnel.json',
  samples: 'samples.json',
} as const;
const funnelSchema = z.array(funnelRowSchema);
const samplesSchema = z.array(cleaningSampleSchema);

export function createShardCleaningActivities({ artifacts, runStage, metrics }: ShardCleaningDependencies) {
  const threads = createTurns(availableParallelism());

  const shardsOf = async (documents: ArtifactReference): Promise<ArtifactReference[]> => {
    const directory = (await artifacts.readDirectory(documents)).files;
    return Object.keys(directory)
      .sort()
      .map((name) => directory[name]);
  };
  const store = async ({ bytes, records, characters }: CleanedShard['kept'], mediaType: string) =>
    artifacts.putBytes(bytes, {
      ...{ mediaType, annotations: { records: String(records), characters: String(characters) } },
    });

  const cleanInThread = async (
    shards: readonly ArtifactReference[],
    job: Omit<ShardCleaningJob, 'shards'>,
  ) => {
    const bytes = await Promise.all(shards.map((shard) => artifacts.readBytes(shard)));
    return withHeartbeat((signal) =>
      threads.take(
        () => askThread(entry, { ...job, shards: bytes } satisfies ShardCleaningJob, signal),
        signal,
      ),
    ) as Promise<CleanedShards>;
  };

  return {
    async countShards({
      documents,
    }: RunIdentity & { readonly documents: ArtifactReference }): Promise<number> {
      return (await shardsOf(documents)).length;
    },

    /** Cleans some shards in a thread of their own. @returns a directory of what was kept and dropped, and the funnel */
    async cleanShards({
      from,
      to,
      ...input
    }: ShardCleaningInput): Promise<StageRecord & { part: ArtifactReference }> {
      const shards = (await shardsOf(input.documents)).slice(from, to);
      const { steps, followed } = input;
      return runStage({
        stage: 'cleaning',
        step: 'shards',
        run: input,
        parameters: { steps, followed },
        inputs: Object.fromEntries(shards.map((shard, place) => [shardName(place), shard])),
        compute: async () => {
          const cleaned = await cleanInThread(shards, { steps, followed });
          const part: Record<string, ArtifactReference> = {
            [files.funnel]: await artifacts.putJson(cleaned.funnel),
            [files.samples]: await artifacts.putJson(cleaned.samples),
          };
          for (const [place, { kept, dropped }] of cleaned.shards.entries()) {
            const name = shardName(place);
            if (kept.records > 0) part[files.corpus + name] = await store(kept, mediaTypes.documents);
            if (dropped.records > 0) part[files.dropped + name] = await store(dropped, mediaTypes.jsonLines);
          }
          const reference = await artifacts.putDirectory(part);
          return { result: { part: reference }, outputs: { part: reference } };
        },
      });
    },

    /** Many parts as one, so that a workflow that goes on as a new one carries a single reference. */
    async foldParts({ folded, parts }: FoldPartsInput): Promise<ArtifactReference> {
      const all: Record<string, ArtifactReference> = {};
      const names = { [files.corpus]: 0, [files.dropped]: 0 };
      const funnels: (readonly FunnelRow[])[] = [];
      const samples: (readonly CleaningSample[])[] = [];
      for (const part of [...(folded ? [folded] : []), ...parts]) {
        const found = (await artifacts.readDirectory(part)).files;
        funnels.push(await artifacts.readJson(found[files.funnel], funnelSchema));
        samples.push(await artifacts.readJson(found[files.samples], samplesSchema));
        for (const kind of [files.corpus, files.dropped]) {
          for (const name of Object.keys(found).sort()) {
            if (!name.startsWith(kind)) continue;
            all[kind + shardName(names[kind])] = found[name];
            names[kind] += 1;
          }
        }
      }
      all[files.funnel] = await artifacts.putJson(addFunnels(funnels));
      all[files.samples] = await artifacts.putJson(addSamples(samples));
      return artifacts.putDirectory(all);
    },

    /** What the whole corpus came to, as cleaning in one go tells it. */
    async joinParts({ documents, steps, folded, ...run }: JoinPartsInput): Promise<CleaningResult> {
      return runStage({
        stage: 'cleaning',
        run,
        parameters: { steps },
        inputs: { documents, folded },
        compute: async () => {
          const found = (await artifacts.readDirectory(folded)).files;
          const under = (prefix: string) =>
            Object.fromEntries(
              Object.keys(found)
                .filter((name) => name.startsWith(prefix))
                .map((name) => [name.slice(prefix.length), found[name]]),
            );
          const corpus = await artifacts.putDirectory(under(files.corpus));
          const dropped = await artifacts.putDirectory(under(files.dropped));
          const funnel = await artifacts.readJson(found[files.funnel], funnelSchema);
          const samples = found[files.samples];
          const keptCount = recordsIn(under(files.corpus));
          const droppedCount = recordsIn(under(files.dropped));
          metrics.countDocuments(run.model, 'cleaning', funnel);
          return {
            result: { corpus, dropped, keptCount, droppedCount, funnel, samples },
            outputs: { corpus, dropped, samples },
            metrics: { kept: keptCount, dropped: droppedCount },
          };
        },
      });
    },
  };
}

const recordsIn = (shards: Readonly<Record<string, ArtifactReference>>): number =>
  Object.values(shards).reduce((sum, { annotations }) => sum + Number(annotations['records'] ?? 0), 0);
