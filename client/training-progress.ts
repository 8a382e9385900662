// How a training of a run goes: what its trainer last reported, and the trials of a search.
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { messageNames, workflowIds } from '../contracts/messages.ts';
import type { SearchStatus } from '../contracts/search.ts';
import { type TrainingProgress, trainingProgressSchema } from '../contracts/training-job.ts';

/** @returns from the heartbeats of the training's activity, or of a trial that is under way */
export async function readTrainingProgress(
  temporal: Client,
  lifecycleId: string,
): Promise<TrainingProgress | undefined> {
  const training = workflowIds.training(lifecycleId);
  for (const id of [training, workflowIds.search(training)]) {
    const described = await unlessAbsent(temporal.workflow.getHandle(id).describe());
    for (const { heartbeatDetails } of described?.raw.pendingActivities ?? []) {
      const payload = heartbeatDetails?.payloads?.[0];
      // A heartbeat before the first report carries nothing, and a trial that waits for its turn has none.
      const told: unknown = payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
      const parsed = trainingProgressSchema.safeParse(told);
      if (parsed.success) return parsed.data;
    }
  }
  return undefined;
}

/** @returns undefined where the run has searched nothing so far */
export function readSearchStatus(temporal: Client, lifecycleId: string): Promise<SearchStatus | undefined> {
  const id = workflowIds.search(workflowIds.training(lifecycleId));
  return unlessAbsent(temporal.workflow.getHandle(id).query<SearchStatus>(messageNames.status));
}

async function unlessAbsent<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
