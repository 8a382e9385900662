// Open workflows whose code fails again and again, such as a controller that was started under older code: the server
// goes on trying them, and nothing in them moves.
import type { Client } from '@temporalio/client';
import { workflowTypes } from '../contracts/messages.ts';

/** An open workflow that does not get on. */
export interface StuckWorkflow {
  readonly workflowId: string;
  /** How often the server has tried to go on. */
  readonly attempts: number;
  /** In one line: what its code said. */
  readonly reason: string;
}

/** What a model has open is few; more than that is a server shared with others, on which a look must end too. */
const lookedAt = 500;
const recentEvents = 10;

/** @returns those of our workflows that are open and whose tasks fail */
export async function findStuckWorkflows(temporal: Client): Promise<StuckWorkflow[]> {
  const types = Object.values(workflowTypes).map((type) => `"${type}"`);
  const query = `WorkflowType IN (${types.join(', ')}) AND ExecutionStatus = "Running"`;
  const stuck: StuckWorkflow[] = [];
  let seen = 0;
  for await (const { workflowId, runId } of temporal.workflow.list({ query })) {
    if ((seen += 1) > lookedAt) break;
    const { raw } = await temporal.workflow.getHandle(workflowId, runId).describe();
    const attempts = raw.pendingWorkflowTask?.attempt ?? 0;
    if (attempts < 2) continue;
    stuck.push({ workflowId, attempts, reason: await readReason(temporal, { workflowId, runId }) });
  }
  return stuck;
}

/** Of the failures in a row only the first is an event; it is among the newest. */
async function readReason(
  { workflowService, options: { namespace } }: Client,
  execution: { workflowId: string; runId: string },
): Promise<string> {
  const { history } = await workflowService.getWorkflowExecutionHistoryReverse({
    namespace,
    execution,
    maximumPageSize: recentEvents,
  });
  for (const { workflowTaskFailedEventAttributes: failed } of history?.events ?? []) {
    const message = failed?.failure?.message?.trim().split('\n')[0];
    if (message) return message;
  }
  return 'its tasks fail or time out; the log of the worker says more';
}
