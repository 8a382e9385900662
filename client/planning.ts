// Asks the process that would train what a training would take.
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { workflowIds, workflowTypes } from '../contracts/messages.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import { taskQueues } from '../contracts/task-queues.ts';
import type { TrainingPlanResult } from '../contracts/training-plan.ts';
import { ServiceUnavailable } from './failures.ts';

/** Two processes may be starting, and the graphs of a large model take seconds to build. */
const answerWithinMs = 120_000;

/** @throws ServiceUnavailable where no trainer answers in time */
export async function planTraining(temporal: Client, spec: ModelSpec): Promise<TrainingPlanResult> {
  const started = await temporal.workflow.start(workflowTypes.planning, {
    workflowId: workflowIds.planning(spec.name, randomUUID()),
    taskQueue: taskQueues.pipeline,
    staticSummary: `${spec.name}: what a training would take`,
    workflowExecutionTimeout: answerWithinMs,
    args: [{ model: spec.name, spec }],
  });
  const answer = started.result() as Promise<TrainingPlanResult>;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new ServiceUnavailable('no trainer has answered in time: `coppice status`'));
    }, answerWithinMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
