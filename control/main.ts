// The control process: the API and pages over registry and workflows, and the receiver of alerts.
import pino from 'pino';
import { openStore } from '../artifacts/open.ts';
import { connectCoppice } from '../client/coppice-client.ts';
import { createMetrics } from '../monitoring/metrics.ts';
import { readSettings } from '../settings/settings.ts';
import { createControlServer } from './server.ts';
import { createViews } from './views.ts';

const settings = readSettings(process.env);
const log = pino({ name: 'control', level: settings.logLevel });
const metrics = createMetrics({ process: 'control' });
const store = await openStore(settings, { metrics });
for (const lack of store.lacks) log.warn(lack);
const client = await connectCoppice(settings);
const server = createControlServer({
  client,
  ...createViews(store, client, settings),
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
