// The control API: what the command line and the pages read, and where Alertmanager calls.
import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { DataSchemas } from '../artifacts/data-schemas.ts';
import type { Incidents } from '../artifacts/incidents.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import type { CoppiceClient } from '../client/coppice-client.ts';
import type { StoreFacts } from '../contracts/control-api.ts';
import { modelNameSchema } from '../contracts/model-spec/model-spec.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { receiveAlerts } from './alert-receiver.ts';
import { addBatchRoutes } from './batch-routes.ts';
import type { DamageViews } from './damage-views.ts';
import { addDataRoutes } from './data-routes.ts';
import { addDatasetRoutes } from './dataset-routes.ts';
import type { DirectRollback } from './direct-rollback.ts';
import type { ForgettingViews } from './forgetting-views.ts';
import type { Housekeeping } from './housekeeping.ts';
import { addHousekeepingRoutes } from './housekeeping-routes.ts';
import { addIncidentRoutes } from './incident-routes.ts';
import type { LineageViews } from './lineage-views.ts';
import { readModelPage } from './model-view.ts';
import { renderModelPage } from './pages/model-page.ts';
import { renderModelsPage } from './pages/models-page.ts';
import { addPreferenceRoutes } from './preference-routes.ts';
import type { Preferences } from './preferences.ts';
import type { RegistryFacts } from './registry-facts.ts';
import type { RegistryViews } from './registry-views.ts';

export interface ControlServerDependencies {
  readonly client: CoppiceClient;
  readonly registry: RegistryReader;
  readonly views: RegistryViews;
  readonly facts: RegistryFacts;
  readonly lineage: LineageViews;
  readonly damage: DamageViews;
  readonly forgetting: ForgettingViews;
  readonly housekeeping: Housekeeping;
  readonly dataSchemas: DataSchemas;
  readonly artifacts: ArtifactStore;
  readonly preferences: Preferences;
  readonly incidents: Incidents;
  readonly rollBackDirectly: DirectRollback;
  readonly store: StoreFacts;
  readonly metrics: Metrics;
  readonly log: { info(message: string): void; warn(message: string): void };
  readonly links: { readonly temporalUi: string; readonly namespace: string; readonly prometheus: string };
}

const modelParams = z.object({ model: modelNameSchema });
const versionParams = modelParams.extend({ version: z.coerce.number().int().positive() });
const lineageQuery = z.object({
  of: z.string().min(1).max(2_000),
  format: z.enum(['tree', 'openlineage']).default('tree'),
});
const versionLineageQuery = lineageQuery.omit({ of: true }).extend({
  /** How many documents of a collection are named. */
  documents: z.coerce.number().int().nonnegative().max(100_000).default(5),
});
const fileParams = versionParams.extend({ file: z.string() });
const html = 'text/html; charset=utf-8';

export function createControlServer(dependencies: ControlServerDependencies): FastifyInstance {
  const { client, registry, views, facts, lineage, forgetting, metrics, log } = dependencies;
  const server = Fastify({ forceCloseConnections: true });
  server.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    const status = error instanceof z.ZodError ? 400 : (error.statusCode ?? 500);
    if (status >= 500) log.warn(error.message);
    return reply
      .status(status)
      .send({ error: { message: error instanceof z.ZodError ? z.prettifyError(error) : error.message } });
  });
  const known = async (model: string) => (await registry.readSpec(model)) !== undefined;
  const notFound = (what: string): never => {
    throw Object.assign(new Error(`${what} is not in the registry`), { statusCode: 404 });
  };

  const unseen = (of: string): never => {
    throw Object.assign(new Error(`nothing in the store holds or has seen ${of}`), { statusCode: 404 });
  };

  const knownModel = async ({ params }: { params: unknown }): Promise<string> => {
    const { model } = modelParams.parse(params);
    return (await known(model)) ? model : notFound(model);
  };

  server.post('/alerts', async (request) => ({
    decisions: await receiveAlerts(request.body, { client, isKnown: known, metrics, log }),
  }));

  server.get('/api/models', () => views.models());
  server.get('/api/models/:model', async (request) => {
    const model = await knownModel(request);
    return { ...(await views.model(model)), controller: await client.controllerState(model) };
  });
  server.get('/api/models/:model/versions', async (request) => {
    const model = await knownModel(request);
    return (await views.model(model)).versions;
  });
  server.get('/api/models/:model/versions/:version/lineage', async (request) => {
    const { model, version } = versionParams.parse(request.params);
    const { format, documents } = versionLineageQuery.parse(request.query);
    const found =
      format === 'openlineage'
        ? await lineage.eventsOfVersion(model, version)
        : await lineage.ofVersion(model, version, { documents });
    return found ?? notFound(`${model}@${version}`);
  });
  server.get('/api/lineage', async (request) => {
    const { of, format } = lineageQuery.parse(request.query);
    const found = format === 'openlineage' ? await lineage.eventsOf(of) : await lineage.of(of);
    return found ?? unseen(of);
  });
  server.post('/api/forgetting/survey', async (request) => {
    const { of } = lineageQuery.parse(request.body);
    return (await forgetting.survey(of)) ?? unseen(of);
  });
  server.get('/api/models/:model/versions/:version/evidence', async (request, reply) => {
    const { model, version } = versionParams.parse(request.params);
    return reply
      .type('application/json')
      .send((await views.evidence(model, version)) ?? notFound(`${model}@${version}`));
  });
  server.get('/api/models/:model/versions/:version/provenance', async (request) => {
    const { model, version } = versionParams.parse(request.params);
    return (await facts.provenance(model, version)) ?? notFound(`${model}@${version}`);
  });
  server.get('/api/models/:model/versions/:version/card', async (request, reply) => {
    const { model, version } = versionParams.parse(request.params);
    const card = (await facts.modelCard(model, version)) ?? notFound(`${model}@${version}`);
    return reply.type('text/markdown; charset=utf-8').send(card);
  });
  server.get('/api/models/:model/versions/:version/package', async (request) => {
    const { model, version } = versionParams.parse(request.params);
    return (await views.packageFiles(model, version)) ?? notFound(`${model}@${version}`);
  });
  server.get('/api/models/:model/versions/:version/package/:file', async (request, reply) => {
    const { model, version, file } = fileParams.parse(request.params);
    const found = (await views.packageFiles(model, version))?.files ?? {};
    if (!Object.hasOwn(found, file)) notFound(`${file} of ${model}@${version}`);
    const { mediaType, sizeBytes } = found[file];
    return reply
      .type(mediaType)
      .header('content-length', sizeBytes)
      .send(await views.openFile(found[file]));
  });
  server.get('/api/models/:model/ledger', async (request) => registry.readLedger(await knownModel(request)));
  server.get('/api/models/:model/ledger/verification', async (request) => {
    const { model } = modelParams.parse(request.params);
    return (await facts.verify(model)).at(0) ?? notFound(model);
  });
  server.get('/api/models/:model/versions/:version/damage', async (request) => {
    const { model, version } = versionParams.parse(request.params);
    return (await dependencies.damage.ofVersion(model, version)) ?? notFound(`${model}@${version}`);
  });
  server.get('/api/damage', () => dependencies.damage.inService());
  server.get('/api/verification', () => facts.verify());
  server.get('/api/keys', () => facts.keys());
  server.get('/api/models/:model/served', async (request) => {
    const model = await knownModel(request);
    const { at } = z.object({ at: z.coerce.date() }).parse(request.query);
    const routing = await registry.servedAt(model, at);
    return { at: at.toISOString(), ...(routing && { routing }) };
  });

  server.get('/api/store', () => dependencies.store);
  addHousekeepingRoutes(server, dependencies.housekeeping);
  addDataRoutes(server, dependencies.dataSchemas);
  addBatchRoutes(server, { artifacts: dependencies.artifacts, client });
  addDatasetRoutes(server, { artifacts: dependencies.artifacts, client });
  addPreferenceRoutes(server, dependencies.preferences);
  addIncidentRoutes(server, dependencies);

  server.get('/', async (_request, reply) => reply.type(html).send(renderModelsPage(await views.models())));
  server.get('/models/:model', async (request, reply) => {
    const model = await knownModel(request);
    const page = renderModelPage(await readModelPage(model, dependencies));
    return reply.type(html).send(page);
  });
  server.get('/models/:model/versions/:version/report', async (request, reply) => {
    const { model, version } = versionParams.parse(request.params);
    return reply.type(html).send((await views.report(model, version)) ?? notFound(`${model}@${version}`));
  });
  server.get('/metrics', async (_request, reply) => reply.type('text/plain').send(await metrics.text()));
  server.get('/healthz', () => ({ status: 'ok' }));
  return server;
}
