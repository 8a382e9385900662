// The control process: the API and pages over registry and workflows, and the receiver of alerts.
import pino from 'pino';
import { openStore } from '../artifacts/open.ts';
import { connectCoppice } from '../client/coppice-client.ts';
import { createMetrics } from '../monitoring/metrics.ts';
import { readSettings } from '../settings/settings.ts';
import { createForgettingViews } from './forgetting-views.ts';
import { createHousekeeping } from './housekeeping.ts';
import { createLineageViews } from './lineage-views.ts';
import { createRegistryFacts } from './registry-facts.ts';
import { createRegistryViews } from './registry-views.ts';
import { createControlServer } from './server.ts';

const settings = readSettings(process.env);
const log = pino({ name: 'control', level: settings.logLevel });
const metrics = createMetrics({ process: 'control' });
const store = await openStore(settings, { metrics });
for (const lack of store.lacks) log.warn(lack);
const client = await connectCoppice(settings);
const seen = { ...store, bucket: settings.store.artifactsBucket };
const server = createControlServer({
  client,
  registry: store.registry,
  views: createRegistryViews(store),
  facts: createRegistryFacts(store),
  lineage: createLineageViews(seen),
  forgetting: createForgettingViews(seen),
  housekeeping: createHousekeeping({
    store,
    readOpenRuns: client.openRuns,
    cacheDays: settings.cacheDays,
  }),
  store: { locations: Object.values(store.buckets).map(({ location }) => location), lacks: [...store.lacks] },
  metrics,
  log,
  links: {
    temporalUi: settings.temporal.uiUrl,
    namespace: settings.temporal.namespace,
    prometheus: settings.prometheusUrl,
  },
});
await server.listen({ host: settings.controlHost, port: settings.port });
log.info('listening');

const stop = async () => {
  await server.close();
  await client.close();
  process.exit(0);
};
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
