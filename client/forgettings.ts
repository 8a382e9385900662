// Starts and follows what forgets. A target is a keyed digest, so that no event history holds a name.
import type { Client } from '@temporalio/client';
import type { ForgettingInput, ForgettingResult, ForgettingStatus } from '../contracts/forgetting.ts';
import { messageNames, workflowIds, workflowTypes } from '../contracts/messages.ts';
import { taskQueues } from '../contracts/task-queues.ts';

export function createForgettings(temporal: Client) {
  const handleOf = (target: string) => temporal.workflow.getHandle(workflowIds.forgetting(target));
  return {
    /** One that goes on already is joined; one that has ended is done again. @returns the workflow's id */
    start: async (input: ForgettingInput): Promise<string> => {
      const { workflowId } = await temporal.workflow.start(workflowTypes.forgetting, {
        workflowId: workflowIds.forgetting(input.target),
        workflowIdConflictPolicy: 'USE_EXISTING',
        taskQueue: taskQueues.pipeline,
        args: [input],
        staticSummary: 'forgets a document or a subject',
      });
      return workflowId;
    },
    status: (target: string): Promise<ForgettingStatus> =>
      handleOf(target).query<ForgettingStatus>(messageNames.status),
    result: (target: string): Promise<ForgettingResult> => handleOf(target).result(),
  };
}
