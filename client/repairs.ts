// Starts and follows what makes the package of a version again.
import type { Client } from '@temporalio/client';
import { type LifecycleStatus, messageNames, workflowIds, workflowTypes } from '../contracts/messages.ts';
import type { RepairInput, RepairResult } from '../contracts/repair.ts';
import { taskQueues } from '../contracts/task-queues.ts';

export function createRepairs(temporal: Client) {
  return {
    /** One that goes on already is joined; one that has ended is done again. @returns the workflow's id */
    start: async (input: RepairInput): Promise<string> => {
      const { model, version, by } = input;
      const { workflowId } = await temporal.workflow.start(workflowTypes.repair, {
        workflowId: workflowIds.repair(model, version),
        workflowIdConflictPolicy: 'USE_EXISTING',
        taskQueue: taskQueues.pipeline,
        args: [input],
        staticSummary: `${model}: version ${version} is made again where it is damaged, asked for by ${by}`,
      });
      return workflowId;
    },
    status: (workflowId: string): Promise<LifecycleStatus> =>
      temporal.workflow.getHandle(workflowId).query<LifecycleStatus>(messageNames.status),
    result: (workflowId: string): Promise<RepairResult> =>
      temporal.workflow.getHandle(workflowId).result() as Promise<RepairResult>,
  };
}
