// A batch: one version, pinned at the start, answers every record of a dataset, some shards at a time on whatever workers
// there are; after some hundreds the workflow goes on as a new one, so that its history stays small.
import {
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchActivities, PinnedVersion } from '../activities/batch.ts';
import type { CollectionActivities } from '../activities/collection.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { BatchRequest, BatchResult, BatchStatus } from '../contracts/batch.ts';
import { compute, quick } from './activity-options.ts';
import { batchStatusQuery } from './messages.ts';

const { pinVersion, foldAnswers, markAnswered } = proxyActivities<BatchActivities>(quick);
const { shardRecords, answerShard, joinAnswers } = proxyActivities<BatchActivities>(compute);
const { collectDocuments } = proxyActivities<CollectionActivities>(compute);

export interface BatchInput extends BatchRequest {
  /** Where an earlier run of this workflow has come to. */
  readonly progress?: BatchProgress;
}

interface BatchProgress extends Begun {
  readonly next: number;
  readonly folded: ArtifactReference;
  readonly counts: { readonly answered: number; readonly setAside: number };
}

interface Begun {
  readonly pinned: Pick<PinnedVersion, 'version' | 'package'>;
  readonly shards: ArtifactReference;
  readonly count: number;
  /** Of new documents: what will have been answered. */
  readonly documents?: ArtifactReference;
}

/** Activities under way at once; workers take as many of them as they have processors. */
const window = 16;
/** Shards of one run of the workflow: some thousand events. */
const shardsARun = 1_000;

export async function batchWorkflow(input: BatchInput): Promise<BatchResult> {
  const { model, question, name, progress } = input;
  const run = { model, runId: workflowInfo().workflowId };
  const status: { -readonly [K in keyof BatchStatus]: BatchStatus[K] } = {
    ...{ shards: progress?.count ?? 0, shardsDone: progress?.next ?? 0 },
    ...(progress?.counts ?? { answered: 0, setAside: 0 }),
    ...(progress && { version: progress.pinned.version }),
  };
  setHandler(batchStatusQuery, (): BatchStatus => status);
  const begun = progress ?? (await begin(input, run));
  const { pinned, shards, count, documents } = begun;
  Object.assign(status, { version: pinned.version, shards: count });

  const first = progress?.next ?? 0;
  const end = Math.min(count, first + shardsARun);
  const parts: ArtifactReference[] = [];
  let next = first;
  const lane = async (): Promise<void> => {
    while (next < end) {
      const place = next;
      next += 1;
      const done = await answerShard({ ...run, package: pinned.package, shards, place, question });
      parts[place - first] = done.part;
      status.shardsDone += 1;
      status.answered += done.answered;
      status.setAside += done.setAside;
      setCurrentDetails(
        `${model}@${pinned.version}: ${status.shardsDone} of ${count} shards, ${status.answered} answers, ${status.setAside} set aside`,
      );
    }
  };
  await Promise.all(Array.from({ length: window }, lane));
  const folded = await foldAnswers({ ...run, ...(progress && { folded: progress.folded }), parts });
  if (end < count) {
    const { answered, setAside } = status;
    const counts = { answered, setAside };
    return continueAsNew<typeof batchWorkflow>({
      ...input,
      progress: { ...begun, next: end, folded, counts },
    });
  }
  const result = await joinAnswers({ ...run, ...pinned, shards, folded, question });
  if (documents && name !== undefined) await markAnswered({ model, name, documents });
  return result;
}

async function begin(input: BatchInput, run: { model: string; runId: string }): Promise<Begun> {
  const { records, question, name } = input;
  const { version, package: reference, answers, collection } = await pinVersion(input);
  const documents = collection && (await collectDocuments({ ...run, collection })).documents;
  const sharded = await shardRecords({
    ...{ ...run, records, question, answers },
    ...(name !== undefined && { name }),
    ...(documents && { documents }),
  });
  return { pinned: { version, package: reference }, ...sharded, ...(documents && { documents }) };
}
