// A large corpus, cleaned some shards at a time: so many are under way at once, on whatever workers there are, and after some
// hundreds the workflow goes on as a new one, so that its history stays small. Steps that compare documents follow, over
// what is left.
import { continueAsNew, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { CleaningActivities } from '../activities/cleaning.ts';
import type { ShardCleaningActivities } from '../activities/shard-cleaning.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { type CleaningSpec, splitRecipe } from '../contracts/model-spec/cleaning.ts';
import type { CleaningResult, RunIdentity } from '../contracts/stage-results.ts';
import { compute } from './activity-options.ts';

const { cleanDocuments } = proxyActivities<CleaningActivities>(compute);
const { countShards, cleanShards, foldParts, joinParts } = proxyActivities<ShardCleaningActivities>(compute);

export interface CleaningWorkflowInput extends RunIdentity {
  readonly cleaning: CleaningSpec;
  readonly documents: ArtifactReference;
  /** Where an earlier run of this workflow has come to. */
  readonly progress?: { readonly shards: number; readonly next: number; readonly folded: ArtifactReference };
}

/** Shards of one activity: a thread takes half a second to start. */
const shardsATime = 8;
/** Activities under way at once; workers take as many of them as they have processors. */
const window = 16;
/** Shards of one run of the workflow: some thousand events. */
const shardsARun = 3_000;

export async function cleaningWorkflow(input: CleaningWorkflowInput): Promise<CleaningResult> {
  const { model, runId, cleaning, documents, progress } = input;
  const run = { model, runId };
  const { alone, together } = splitRecipe(cleaning.steps);
  const shards = progress?.shards ?? (await countShards({ ...run, documents }));
  const first = progress?.next ?? 0;
  const end = Math.min(shards, first + shardsARun);

  const parts: ArtifactReference[] = [];
  let next = first;
  let done = first;
  const lane = async (): Promise<void> => {
    while (next < end) {
      const from = next;
      next = Math.min(end, from + shardsATime);
      const { part } = await cleanShards({
        ...{ ...run, documents, steps: alone, followed: together.length > 0 },
        ...{ from, to: next },
      });
      parts[(from - first) / shardsATime] = part;
      done += shardsATime;
      setCurrentDetails(`${Math.min(done, shards)} of ${shards} shards`);
    }
  };
  await Promise.all(Array.from({ length: window }, lane));
  const folded = await foldParts({ ...run, ...(progress && { folded: progress.folded }), parts });
  if (end < shards)
    return continueAsNew<typeof cleaningWorkflow>({ ...input, progress: { shards, next: end, folded } });

  const joined = await joinParts({ ...run, documents, steps: alone, folded });
  if (together.length === 0) return joined;
  const { dropped, droppedCount, funnel, samples } = joined;
  return cleanDocuments({
    ...{ ...run, cleaning: { steps: together }, documents: joined.corpus },
    before: { dropped, droppedCount, funnel, ...(samples && { samples }) },
  });
}
