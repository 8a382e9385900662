// What a run waits for while the server tries an activity again, such as a store or a source that is away.
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { workflowsBelow } from '../contracts/messages.ts';

/** An activity that has failed and is tried again. */
export interface RetriedActivity {
  readonly activity: string;
  /** The attempt that goes on or comes next. */
  readonly attempt: number;
  /** Why the last attempt failed, in one line. */
  readonly reason: string;
}

/** @param run workflow id of a lifecycle; what it starts for its stages is looked at too */
export async function readRetriedActivities(temporal: Client, run: string): Promise<RetriedActivity[]> {
  const found = await Promise.all([run, ...workflowsBelow(run)].map((id) => pendingOf(temporal, id)));
  return found.flat().flatMap(({ activityType, attempt, lastFailure }) => {
    const reason = lastFailure?.message?.trim().split('\n')[0];
    if (!reason) return [];
    return [{ activity: activityType?.name ?? 'an activity', attempt: attempt ?? 1, reason }];
  });
}

async function pendingOf(temporal: Client, workflowId: string) {
  try {
    return (await temporal.workflow.getHandle(workflowId).describe()).raw.pendingActivities ?? [];
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return []; // a run may not have come as far as its training
    throw error;
  }
}
