// Starts an evaluation on somebody's dataset.
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { DatasetEvaluation, DatasetEvaluationInput } from '../contracts/dataset-evaluation.ts';
import { workflowIds, workflowTypes } from '../contracts/messages.ts';
import { taskQueues } from '../contracts/task-queues.ts';

export function createDatasetEvaluations(temporal: Client) {
  return {
    /** @returns the workflow's id */
    start: async (input: DatasetEvaluationInput): Promise<string> => {
      const { target } = input;
      const told = target.kind === 'version' ? `${target.model}@${target.version}` : target.url;
      const { workflowId } = await temporal.workflow.start(workflowTypes.datasetEvaluation, {
        workflowId: workflowIds.datasetEvaluation(randomUUID()),
        taskQueue: taskQueues.pipeline,
        args: [input],
        staticSummary: `${told} is evaluated on a dataset`,
      });
      return workflowId;
    },
    result: (workflowId: string): Promise<DatasetEvaluation> =>
      temporal.workflow.getHandle(workflowId).result() as Promise<DatasetEvaluation>,
  };
}
