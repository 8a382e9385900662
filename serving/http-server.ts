// The gateway's HTTP API: classifications and feedback, metrics and health.
import Fastify, { type FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { FeedbackRecord, PredictionRecord } from '../contracts/observation.ts';
import type { GatewayMetrics } from '../monitoring/gateway-metrics.ts';
import {
  classificationRequestSchema,
  describeIssues,
  feedbackRequestSchema,
  isReadableMediaType,
} from './api-schemas.ts';
import { type Arm, classify } from './classification.ts';
import { openApiDocument } from './openapi.ts';
import type { ServedModel } from './served-model.ts';

export interface HttpServerDependencies {
  readonly model: (name: string) => ServedModel | undefined;
  readonly models: () => readonly ServedModel[];
  /** Whether it is known which models there are. */
  readonly hasDiscovered: () => boolean;
  readonly recordAnswer: (record: PredictionRecord) => void;
  readonly recordFeedback: (model: string, record: FeedbackRecord) => void;
  readonly observeRequest: GatewayMetrics['observeRequest'];
  readonly metricsText: () => Promise<string>;
  readonly maximumBodyBytes: number;
}

/** A request that cannot be answered, with the status that says so. */
class HttpProblem extends Error {
  readonly statusCode: number;
  readonly type: string;

  constructor(statusCode: number, type: string, message: string) {
    super(message);
    this.statusCode = statusCode;
    this.type = type;
  }
}

export function createHttpServer(dependencies: HttpServerDependencies): FastifyInstance {
  const { models } = dependencies;
  const server = Fastify({ bodyLimit: dependencies.maximumBodyBytes, forceCloseConnections: true });
  // One shape of error everywhere: that of the OpenAI API, which clients know.
  server.setErrorHandler<Error & { statusCode?: number; type?: string }>((error, _request, reply) => {
    const status = error.statusCode ?? 500;
    const type = error.type ?? (status < 500 ? 'invalid_request_error' : 'internal_error');
    const foreignBody = status === 415 && !(error instanceof HttpProblem);
    const message = foreignBody ? 'expected a body with content-type: application/json' : error.message;
    return reply.status(status).send({ error: { type, message } });
  });
  server.setNotFoundHandler(({ method, url }) => {
    throw new HttpProblem(
      404,
      'not_found',
      `there is no ${method} ${url}; /openapi.json lists what there is`,
    );
  });

  server.post('/v1/classifications', (request) => answerClassification(dependencies, request.body));
  server.post('/v1/feedback', async (request, reply) => {
    const { model, prediction, label } = parse(feedbackRequestSchema, request.body);
    find(dependencies, model);
    dependencies.recordFeedback(model, { kind: 'feedback', prediction, label, at: new Date().toISOString() });
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

async function answerClassification(dependencies: HttpServerDependencies, body: unknown) {
  const { model: name, input, subject } = parse(classificationRequestSchema, body);
  const model = find(dependencies, name);
  const startedAt = performance.now();
  const observe = (version: string, arm: Arm, status: number) => {
    const seconds = (performance.now() - startedAt) / 1_000;
    dependencies.observeRequest({ model: name, version, arm, status, seconds });
  };
  const content =
    typeof input === 'string'
      ? { mediaType: 'text/plain', data: input }
      : { mediaType: input.media_type, encoding: input.encoding, data: input.data };
  if (!isReadableMediaType(content.mediaType)) {
    const message = `input.media_type: expected text or a mail, such as text/plain or message/rfc822, not ${content.mediaType}`;
    throw new HttpProblem(415, 'invalid_request_error', message);
  }

  const result = await classify(model, { input: content, subject });
  if (result.outcome === 'failed') {
    observe(String(result.version), result.arm, 503);
    throw new HttpProblem(503, 'unavailable', result.reason);
  }
  if (result.outcome === 'unavailable') throw new HttpProblem(503, 'unavailable', result.reason);
  if (result.outcome === 'unreadable') throw new HttpProblem(422, 'unreadable_input', result.reason);
  const { id, arm, answer } = result;
  observe(String(answer.version), arm, 200);
  void result.record.then((record) => {
    observeShadow(dependencies, record);
    dependencies.recordAnswer(record);
  });
  return {
    id,
    object: 'classification',
    model: name,
    version: answer.version,
    label: answer.label,
    probabilities: answer.probabilities,
  };
}

/** Guardrails hold for the unseen answers too: a version that is slow or fails in the shadow goes no further. */
function observeShadow({ observeRequest }: HttpServerDependencies, record: PredictionRecord): void {
  const { model, shadow, shadowError, shadowVersion } = record;
  if (shadow) {
    const seconds = shadow.latencyMs / 1_000;
    observeRequest({ model, version: String(shadow.version), arm: 'shadow', status: 200, seconds });
  } else if (shadowError !== undefined && shadowVersion !== undefined) {
    observeRequest({ model, version: String(shadowVersion), arm: 'shadow', status: 500, seconds: 0 });
  }
}

function find({ model, models, hasDiscovered }: HttpServerDependencies, name: string): ServedModel {
  const found = model(name);
  if (found) return found;
  if (!hasDiscovered())
    throw new HttpProblem(503, 'unavailable', 'the gateway has just started and still reads the registry');
  const known = models().map((it) => it.model);
  throw new HttpProblem(
    404,
    'model_not_found',
    `no model ${name}; there ${known.length === 0 ? 'is none' : `are: ${known.join(', ')}`}`,
  );
}

function parse<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new HttpProblem(400, 'invalid_request_error', describeIssues(parsed.error.issues));
}

function describeModel({ model, routing }: ServedModel) {
  const served = routing();
  return {
    id: model,
    object: 'model',
    owned_by: 'coppice',
    champion: served?.champion,
    challenger: served?.challenger,
    generation: served?.generation ?? 0,
  };
}
