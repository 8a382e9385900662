// The control server on the real store and the real Temporal server, with a registry of its own: a model whose first
// version serves and whose second went back.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { openRegistryWriter, openStore } from '../../artifacts/open.ts';
import { connectCoppice } from '../../client/coppice-client.ts';
import { mediaTypes } from '../../contracts/artifact.ts';
import type { RegistryChange } from '../../contracts/registry.ts';
import { createControlServer } from '../../control/server.ts';
import { createViews } from '../../control/views.ts';
import { createMetrics } from '../../monitoring/metrics.ts';
import { readSettings } from '../../settings/settings.ts';
import { prepareTemporal } from '../../stack/temporal-setup.ts';
import { specOf } from './model-fixtures.ts';

export const model = 'mail-filter';
export const hostile = `</td><script>alert("x")</script>`;

export async function openControlWorld() {
  const home = await mkdtemp(join(tmpdir(), 'coppice-control-'));
  const id = randomUUID().slice(0, 8);
  const environment = {
    ...inject('stack'),
    COPPICE_HOME: home,
    TEMPORAL_NAMESPACE: `control-${id}`,
    COPPICE_ARTIFACTS_BUCKET: `artifacts-${id}`,
    COPPICE_REGISTRY_BUCKET: `registry-${id}`,
  };
  const settings = readSettings(environment);
  await prepareTemporal(settings.temporal);
  const store = await openStore(settings);
  await fillRegistry(settings, store);
  const client = await connectCoppice(settings);
  const server = createControlServer({
    client,
    ...createViews(store, client, settings),
    store: { locations: [store.buckets.artifacts.location], lacks: ['the store forgets on Sundays'] },
    metrics: createMetrics({ process: 'control' }),
    log: { info: () => undefined, warn: () => undefined },
    links: { temporalUi: 'http://ui', namespace: 'default', prometheus: 'http://prometheus' },
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    client,
    store,
    /** For a command line that speaks to this world. */
    environment: { ...environment, CONTROL_URL: url },
    close: async () => {
      await server.close();
      await client.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

type Store = Awaited<ReturnType<typeof openStore>>;

async function fillRegistry(settings: ReturnType<typeof readSettings>, store: Store): Promise<void> {
  const writer = await openRegistryWriter(settings, store);
  const spec = await writer.writeSpec({ model, spec: specOf(model), by: 'kim' });
  let commits = 0;
  const commit = (change: RegistryChange, reason: string) =>
    writer.commit({ model, idempotencyKey: `${(commits += 1)}`, actor: 'kim', reason, change });
  const register = async (run: string, accuracy: number) => {
    const { artifacts } = store;
    const evidence = {
      systems: [
        {
          metrics: {
            accuracy: {
              value: accuracy,
              interval: { low: accuracy - 0.02, high: accuracy + 0.02, confidence: 0.95 },
            },
          },
        },
      ],
      lineage: [{ role: 'held-out examples', text: 'sha256:a' }],
    };
    const files = { 'config.json': await artifacts.putJson({ run }) };
    return commit(
      {
        kind: 'register',
        version: {
          model,
          runId: `lifecycle/${model}/${run}`,
          trigger: { kind: 'person', name: 'kim' },
          ...{ spec, package: await artifacts.putDirectory(files) },
          report: await artifacts.putBytes(`<!doctype html><p>report of ${run}</p>`, {
            mediaType: mediaTypes.html,
          }),
          evidence: await artifacts.putJson(evidence),
          ...{ lineage: [], metrics: { accuracy } },
        },
      },
      'passed',
    );
  };
  await register('first', 0.85);
  await commit({ kind: 'promote', version: 1 }, 'the first version');
  await register('second', 0.95);
  const challenger = { version: 2, experiment: 'e', mode: 'canary' as const, trafficFraction: 0.25, step: 1 };
  await commit({ kind: 'challenge', challenger }, 'canary at 25 %');
  await commit({ kind: 'rollback', version: 2 }, hostile);
}
