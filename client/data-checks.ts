// Starts and follows a check of data, and brings people's words to a run whose data waits for them.
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { DataCheck } from '../contracts/data-validation.ts';
import {
  type DataCheckInput,
  type DataDecision,
  type Decision,
  type LifecycleStatus,
  messageNames,
  workflowIds,
  workflowTypes,
} from '../contracts/messages.ts';
import { taskQueues } from '../contracts/task-queues.ts';

export function createDataChecks(temporal: Client) {
  return {
    /** @returns the workflow's id */
    start: async (input: DataCheckInput): Promise<string> => {
      const model = input.spec.name;
      const { workflowId } = await temporal.workflow.start(workflowTypes.dataCheck, {
        workflowId: workflowIds.dataCheck(model, randomUUID()),
        taskQueue: taskQueues.pipeline,
        args: [input],
        staticSummary: `${model}: data is collected, cleaned and held against its schema`,
      });
      return workflowId;
    },
    status: (workflowId: string): Promise<LifecycleStatus> =>
      temporal.workflow.getHandle(workflowId).query<LifecycleStatus>(messageNames.status),
    result: (workflowId: string): Promise<DataCheck> =>
      temporal.workflow.getHandle(workflowId).result() as Promise<DataCheck>,
    /** @param run workflow id of a lifecycle whose data may wait */
    decide: (run: string, decision: DataDecision): Promise<Decision> =>
      temporal.workflow
        .getHandle(run)
        .executeUpdate<Decision, [DataDecision]>(messageNames.decideData, { args: [decision] }),
  };
}
