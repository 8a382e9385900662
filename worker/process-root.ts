// What the processes of a worker have in common: settings, log, store, metrics, telemetry, and an orderly end.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Worker } from '@temporalio/worker';
import pino from 'pino';
import { createStageRunner } from '../activities/stage-runner.ts';
import { readCodeVersions } from '../artifacts/code-version.ts';
import { openStore } from '../artifacts/open.ts';
import { exposeMetrics } from '../monitoring/exposition.ts';
import { createMetrics, type Metrics } from '../monitoring/metrics.ts';
import { readSettings } from '../settings/settings.ts';
import { stageSources } from './stage-sources.ts';
import { exposeSdkMetrics } from './temporal.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Opens everything that activities are made of. */
export async function openProcess(name: string) {
  const settings = readSettings(process.env);
  const code = await readCodeVersions(root, stageSources); // before anything else: of what was loaded just now
  const log = pino({ name, level: settings.logLevel });
  const metrics = createMetrics({ process: name });
  const store = await openStore(settings, { metrics, replica: `${name}-${hostname()}-${process.pid}` });
  for (const lack of store.lacks) log.warn(lack);
  const sdkPort = await freePort();
  exposeSdkMetrics(sdkPort);
  const runStage = createStageRunner({
    cache: store.cache,
    claims: store.claims,
    lineage: store.lineage,
    metrics,
    code,
    now: () => new Date(),
  });
  return { settings, log, metrics, store, runStage, sdkPort };
}

type OpenProcess = Awaited<ReturnType<typeof openProcess>>;

/** Runs workers until the process is told to stop; running activities get the time to write their checkpoints. */
export async function runUntilStopped(
  workers: readonly Worker[],
  { settings, log, metrics, sdkPort }: OpenProcess,
): Promise<void> {
  const exposition = await exposeMetrics({
    metrics: withSdkMetrics(metrics, sdkPort),
    host: settings.metricsHost,
    port: settings.port,
  });
  log.info({ metrics: exposition.url }, 'polling');
  const stop = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await Promise.all(workers.map((worker) => worker.run()));
  await exposition.close();
}

/** Our metrics, and beside them those that the SDK's core exposes on a port of its own. */
function withSdkMetrics(metrics: Metrics, sdkPort: number): Pick<Metrics, 'registry' | 'text'> {
  const text = async () => {
    const ours = await metrics.text();
    const sdk = await fetch(`http://127.0.0.1:${sdkPort}/metrics`).then(
      (reply) => reply.text(),
      () => '',
    );
    return `${ours}\n${sdk}`;
  };
  return { registry: metrics.registry, text };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new TypeError('no port was given');
  return address.port;
}
