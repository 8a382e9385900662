// The gateway's HTTP API: a file a route that answers with a model; here feedback, metrics and health.
import Fastify, { type FastifyInstance } from 'fastify';
import { feedbackRequestSchema } from './api-schemas.ts';
import { addClassifications } from './classification-route.ts';
import { addCompletions } from './completion-route.ts';
import { openApiDocument } from './openapi.ts';
import type { HttpServerDependencies } from './route.ts';
import { find, HttpProblem, invalidRequest, parse } from './route.ts';
import type { ServedModel } from './served-model.ts';

export function createHttpServer(dependencies: HttpServerDependencies): FastifyInstance {
  const { models } = dependencies;
  const server = Fastify({ bodyLimit: dependencies.maximumBodyBytes, forceCloseConnections: true });
  answerErrors(server);
  addClassifications(server, dependencies);
  addCompletions(server, dependencies);
  server.post('/v1/feedback', async (request, reply) => {
    const { model, prediction, label } = parse(feedbackRequestSchema, request.body);
    refuseLabels(find(dependencies, model));
    await dependencies.recordFeedback(model, { kind: 'feedback', prediction, label, at: new Date().toISOString() });
    return reply.status(202).send({ object: 'feedback', prediction });
  });
  server.get('/v1/models', () => ({ object: 'list', data: models().map(describeModel) }));
  server.get('/openapi.json', openApiDocument);
  server.get('/metrics', async (_request, reply) =>
    reply.type('text/plain').send(await dependencies.metricsText()),
  );
  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const waiting = models().filter(({ routing, version }) => {
      const champion = routing()?.champion;
      return champion !== undefined && !version(champion);
    });
    return reply
      .status(waiting.length === 0 && dependencies.hasDiscovered() ? 200 : 503)
      .send({ waiting: waiting.map(({ model }) => model) });
  });
  return server;
}

/** One shape of error everywhere: that of the OpenAI API, which clients know. */
function answerErrors(server: FastifyInstance): void {
  server.setErrorHandler<Error & { statusCode?: number; type?: string }>((error, _request, reply) => {
    const status = error.statusCode ?? 500;
    const type = error.type ?? (status < 500 ? 'invalid_request_error' : 'internal_error');
    const foreignBody = status === 415 && !(error instanceof HttpProblem);
    const message = foreignBody ? 'expected a body with content-type: application/json' : error.message;
    if (error instanceof HttpProblem && error.retryAfterSeconds !== undefined)
      void reply.header('retry-after', error.retryAfterSeconds);
    return reply.status(status).send({ error: { type, message } });
  });
  server.setNotFoundHandler(({ method, url }) => {
    throw new HttpProblem(
      404,
      'not_found',
      `there is no ${method} ${url}; /openapi.json lists what there is`,
    );
  });
}

/** What a language model wrote has no true label. */
function refuseLabels({ model, routing, version }: ServedModel): void {
  const champion = routing()?.champion;
  if (champion === undefined || version(champion)?.task !== 'language-modelling') return;
  throw invalidRequest(`model: ${model} continues texts, and its answers have no labels`);
}

function describeModel({ model, routing }: ServedModel) {
  const served = routing();
  return {
    id: model,
    object: 'model',
    created: Math.floor(Date.parse(served?.at ?? '1970-01-01T00:00:00Z') / 1_000),
    owned_by: 'coppice',
    champion: served?.champion,
    challenger: served?.challenger,
    generation: served?.generation ?? 0,
  };
}
