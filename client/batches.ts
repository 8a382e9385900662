// Batches: started, looked at and cancelled by people, and kept on Schedules of the Temporal server as model files say.
import { randomUUID } from 'node:crypto';
import { ApplicationFailure, type Client, WorkflowFailedError } from '@temporalio/client';
import {
  type BatchRequest,
  type BatchStatus,
  type BatchSummary,
  type BatchView,
  batchResultSchema,
} from '../contracts/batch.ts';
import { messageNames, workflowIds, workflowTypes } from '../contracts/messages.ts';
import { taskQueues } from '../contracts/task-queues.ts';
import { absentIsUndefined } from './absent.ts';

/** Those that a list tells, the newest first. */
const MOST_LISTED = 200;

export type Batches = ReturnType<typeof createBatches>;

export function createBatches(temporal: Client) {
  const handleOf = (id: string) => temporal.workflow.getHandle(id);
  return {
    /** @returns the workflow's id */
    start: async (request: BatchRequest): Promise<string> => {
      const { model, version } = request;
      const { workflowId } = await temporal.workflow.start(workflowTypes.batch, {
        workflowId: workflowIds.batch(model, randomUUID()),
        taskQueue: taskQueues.pipeline,
        args: [request],
        staticSummary: `${version === undefined ? model : `${model}@${version}`} answers a dataset`,
      });
      return workflowId;
    },

    /** @returns the newest first */
    list: async (model?: string): Promise<BatchSummary[]> => {
      const found: BatchSummary[] = [];
      const query = `WorkflowType = '${workflowTypes.batch}'`;
      for await (const { workflowId: id, status, startTime, closeTime } of temporal.workflow.list({
        query,
      })) {
        if (model !== undefined && !id.startsWith(workflowIds.batch(model, ''))) continue;
        const times = {
          startedAt: startTime.toISOString(),
          ...(closeTime && { endedAt: closeTime.toISOString() }),
        };
        if (status.name !== 'CONTINUED_AS_NEW') found.push({ id, state: status.name, ...times });
        if (found.length === MOST_LISTED) break;
      }
      return found.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
    },

    /** @returns undefined where there is none of that id */
    view: async (id: string): Promise<BatchView | undefined> => {
      const described = await absentIsUndefined(handleOf(id).describe());
      if (described?.type !== workflowTypes.batch) return undefined;
      const { status, startTime, closeTime } = described;
      const view = {
        ...{ id, state: status.name, startedAt: startTime.toISOString() },
        ...(closeTime && { endedAt: closeTime.toISOString() }),
      };
      if (status.name === 'COMPLETED')
        return { ...view, result: batchResultSchema.parse(await handleOf(id).result()) };
      if (status.name === 'FAILED') return { ...view, failure: await failureOf(handleOf(id).result()) };
      if (status.name !== 'RUNNING') return view;
      return { ...view, status: await handleOf(id).query<BatchStatus>(messageNames.status) };
    },

    /** What is answered already stays: the same batch begins behind it. */
    cancel: async (id: string): Promise<void> => {
      await handleOf(id).cancel();
    },
  };
}

async function failureOf(result: Promise<unknown>): Promise<string> {
  try {
    await result;
    return 'it did not fail';
  } catch (error) {
    let cause: unknown = error instanceof WorkflowFailedError ? error.cause : error;
    while (cause instanceof Error && cause.cause instanceof ApplicationFailure) ({ cause } = cause);
    return cause instanceof Error ? cause.message : String(cause);
  }
}
