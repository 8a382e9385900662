// The gateway's HTTP API: a file a route that works with a model; here models, metrics and health.
import type { Server } from 'node:http';
import Fastify, { type FastifyHttpOptions, type FastifyInstance } from 'fastify';
import { modelPathSchema } from './api-schemas.ts';
import { addBatches } from './batches/batch-routes.ts';
import { addChatCompletions } from './chat-route.ts';
import { addClassifications } from './classification-route.ts';
import { addCompletions } from './completion-route.ts';
import { addEmbeddings } from './embedding-route.ts';
import { answerClientError, answerErrors, answerRouterError } from './error-answers.ts';
import { addFeedback } from './feedback-route.ts';
import { openApiDocument } from './openapi.ts';
import { addAnswerHeaders, newRequestId } from './request-headers.ts';
import type { HttpServerDependencies, HttpTimeouts } from './route.ts';
import { find, parse } from './route.ts';
import type { ServedModel } from './served-model.ts';
import { standInOf } from './stand-in.ts';

export function createHttpServer(dependencies: HttpServerDependencies): FastifyInstance {
  const { models } = dependencies;
  const server = Fastify(optionsOf(dependencies));
  const isEnding = dependencies.isEnding ?? (() => false);
  answerErrors(server, dependencies.onFailure);
  addAnswerHeaders(server, isEnding);
  addClassifications(server, dependencies);
  addCompletions(server, dependencies);
  addChatCompletions(server, dependencies);
  addEmbeddings(server, dependencies);
  addFeedback(server, dependencies);
  addBatches(server, dependencies.batches);
  server.get('/v1/models', () => ({ object: 'list', data: models().map(describeModel) }));
  server.get('/v1/models/:model', ({ params }) =>
    describeModel(find(dependencies, parse(modelPathSchema, params).model)),
  );
  server.get('/openapi.json', openApiDocument);
  server.get('/metrics', async (_request, reply) =>
    reply.type('text/plain').send(await dependencies.metricsText()),
  );
  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const waiting = models().filter((model) => {
      const routing = model.routing();
      if (routing?.champion === undefined) return false;
      return !model.version(routing.champion) && !standInOf(model.version, routing);
    });
    return reply
      .status(waiting.length === 0 && dependencies.hasDiscovered() && !isEnding() ? 200 : 503)
      .send({ waiting: waiting.map(({ model }) => model) });
  });
  return server;
}

const defaultTimeouts: HttpTimeouts = {
  headers: 15_000,
  request: 60_000,
  silence: 600_000, // as long as OpenAI's clients wait
  check: 5_000,
};

function optionsOf({ maximumBodyBytes, timeouts }: HttpServerDependencies): FastifyHttpOptions<Server> {
  const { headers, request, silence, check } = { ...defaultTimeouts, ...timeouts };
  return {
    // While it closes, what still comes over an open connection is answered as before.
    ...{ bodyLimit: maximumBodyBytes, forceCloseConnections: 'idle', return503OnClosing: false },
    ...{ genReqId: newRequestId, clientErrorHandler: answerClientError, frameworkErrors: answerRouterError },
    routerOptions: { maxParamLength: 1_000 },
    ...{ requestTimeout: request, connectionTimeout: silence },
    http: { headersTimeout: headers, connectionsCheckingInterval: check },
  };
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
