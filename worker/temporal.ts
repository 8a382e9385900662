// A worker's connection to the Temporal server, its telemetry, and what is open there.
import { readFile } from 'node:fs/promises';
import type { Client } from '@temporalio/client';
import { NativeConnection, Runtime } from '@temporalio/worker';
import type { ModelState } from '../activities/model-state.ts';
import { type OpenWork, workflowIds, workflowTypes } from '../contracts/messages.ts';
import { searchAttributes } from '../contracts/search-attributes.ts';
import type { Settings } from '../settings/settings.ts';

/** Connects with an API key or TLS files where the settings have them. */
export async function connectWorker({ temporal }: Settings): Promise<NativeConnection> {
  const { address, apiKey, tlsCertificatePath, tlsKeyPath } = temporal;
  const clientCertPair =
    tlsCertificatePath !== undefined && tlsKeyPath !== undefined
      ? { crt: await readFile(tlsCertificatePath), key: await readFile(tlsKeyPath) }
      : undefined;
  return NativeConnection.connect({
    address,
    ...(apiKey && { apiKey: apiKey.reveal(), tls: true }),
    ...(clientCertPair && { tls: { clientCertPair } }),
  });
}

/** The SDK's own metrics are exposed by its core, on a port of their own; ours fetches them from there. */
export function exposeSdkMetrics(port: number): void {
  Runtime.install({
    telemetryOptions: { metrics: { prometheus: { bindAddress: `127.0.0.1:${port}` } } },
    shutdownSignals: [], // the process's root decides when to stop
  });
}

/** @returns a function that lists what is open of a model, by the ids that its workflows have */
export function createOpenWorkFinder(client: Client): (model: string) => Promise<ModelState['open']> {
  const find = async (type: string, prefix: string): Promise<OpenWork | undefined> => {
    const query = `WorkflowType = "${type}" AND ExecutionStatus = "Running" AND WorkflowId STARTS_WITH "${prefix}"`;
    for await (const { workflowId, startTime } of client.workflow.list({ query })) {
      return { workflowId, startedAt: startTime.toISOString() };
    }
    return undefined;
  };
  return async (model) => {
    const [run, rollout, repair] = await Promise.all([
      find(workflowTypes.lifecycle, workflowIds.lifecycle(model, '')),
      find(workflowTypes.rollout, `rollout/${model}/`),
      find(workflowTypes.repair, `repair/${model}/`),
    ]);
    return { ...(run && { run }), ...(rollout && { rollout }), ...(repair && { repair }) };
  };
}

/** @returns the names of those of our search attributes that the namespace has */
export async function readSearchAttributes(client: Client, namespace: string): Promise<string[]> {
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  return Object.values(searchAttributes).filter((name) => name in customAttributes);
}
