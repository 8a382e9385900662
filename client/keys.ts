// Changes of the registry's keys, sent to the process that signs by a workflow of their own.
import { randomUUID } from 'node:crypto';
import { ApplicationFailure, type Client, WorkflowFailedError } from '@temporalio/client';
import { workflowIds, workflowTypes } from '../contracts/messages.ts';
import { taskQueues } from '../contracts/task-queues.ts';
import type { KeyChange, KeyChangeResult } from '../contracts/trust.ts';
import { RequestRefused, ServiceUnavailable } from './failures.ts';

/** A key service may take its time, and the worker may be starting. */
const answerWithinMs = 60_000;

/**
 * @returns what came of it
 * @throws RequestRefused where the change cannot be, ServiceUnavailable where no worker answers in time
 */
export async function changeKeys(
  temporal: Client,
  { change, by, reason }: Omit<KeyChange, 'request'>,
): Promise<KeyChangeResult> {
  const request = randomUUID();
  const started = await temporal.workflow.start(workflowTypes.keyChange, {
    workflowId: workflowIds.keyChange(request),
    taskQueue: taskQueues.pipeline,
    staticSummary: `keys of the registry: ${change.kind}, asked for by ${by}`,
    workflowExecutionTimeout: answerWithinMs,
    args: [{ change, by, reason, request } satisfies KeyChange],
  });
  const answer = (started.result() as Promise<KeyChangeResult>).catch(refuseInvalid);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new ServiceUnavailable('no worker has answered in time: `coppice status`'));
    }, answerWithinMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

function refuseInvalid(error: unknown): never {
  const activity = error instanceof WorkflowFailedError ? error.cause : undefined;
  const root = activity?.cause;
  if (root instanceof ApplicationFailure && root.type === 'InvalidInput')
    throw new RequestRefused(root.message);
  throw error;
}
