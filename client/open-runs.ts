// Runs that have not ended, with all that their histories say: what they count on must not be collected.
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { workflowTypes } from '../contracts/messages.ts';

export interface OpenRunHistory {
  /** Workflow id. */
  readonly runId: string;
  readonly startedAt: Date;
  /** Inputs, results and messages, as they were before they became payloads. */
  readonly values: readonly unknown[];
}

/** @throws where a history holds what cannot be read: what the run counts on is not known then */
export async function readOpenRuns(temporal: Client): Promise<OpenRunHistory[]> {
  const { lifecycle, repair, datasetEvaluation, dataCheck } = workflowTypes;
  const { cleaning, training, languageTraining, search } = workflowTypes;
  const roots = [lifecycle, repair, datasetEvaluation, dataCheck];
  const types = [...roots, cleaning, training, languageTraining, search]
    .map((type) => `"${type}"`)
    .join(', ');
  const query = `WorkflowType IN (${types}) AND ExecutionStatus = "Running"`;
  const runs: OpenRunHistory[] = [];
  for await (const { workflowId, runId, startTime } of temporal.workflow.list({ query })) {
    const { events } = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    const values = payloadsIn(events).map((payload) => defaultPayloadConverter.fromPayload(payload));
    runs.push({ runId: workflowId, startedAt: startTime, values });
  }
  return runs;
}

type Payload = Parameters<typeof defaultPayloadConverter.fromPayload>[0];

/** Wherever in an event they stand. */
function payloadsIn(value: unknown): Payload[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  if (isPayload(value)) return [value];
  return Object.values(value).flatMap(payloadsIn);
}

function isPayload(value: object): value is Payload {
  return 'metadata' in value && 'data' in value && value.data instanceof Uint8Array;
}
