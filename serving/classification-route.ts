// POST /v1/classifications.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PredictionRecord } from '../contracts/observation.ts';
import { classificationRequestSchema, isReadableMediaType } from './api-schemas.ts';
import { classify } from './classification.ts';
import type { Arm } from './plan.ts';
import type { HttpServerDependencies } from './route.ts';
import {
  busy,
  clientGone,
  find,
  HttpProblem,
  otherTask,
  parse,
  unavailable,
  whileConnected,
} from './route.ts';
import { requestedVersion } from './tester.ts';

export function addClassifications(server: FastifyInstance, dependencies: HttpServerDependencies): void {
  server.post('/v1/classifications', (request, reply) => answer(dependencies, request, reply));
}

async function answer(
  dependencies: HttpServerDependencies,
  { body, headers }: Pick<FastifyRequest, 'body' | 'headers'>,
  reply: FastifyReply,
) {
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
    throw new HttpProblem(415, 'unsupported_media_type', message, { param: 'input.media_type' });
  }

  const result = await classify(model, {
    input: content,
    subject,
    version: requestedVersion(headers, model),
    signal: whileConnected(reply),
  });
  switch (result.outcome) {
    case 'failed':
      observe(String(result.version), result.arm, 503);
      throw unavailable(result.reason);
    case 'busy':
      observe(String(result.version), result.arm, 429);
      throw busy(result.reason);
    case 'gone':
      observe(String(result.version), result.arm, 499);
      throw clientGone(result.reason);
    case 'unavailable':
      throw unavailable(result.reason);
    case 'other-task':
      throw otherTask(name, result.task);
    case 'unreadable':
      throw new HttpProblem(422, 'unreadable_input', result.reason, { param: 'input' });
    case 'answered':
  }
  const { id, arm, answer: given, base, text } = result;
  observe(String(given.version), arm, 200);
  void result.record?.then((record) => {
    observeShadow(dependencies, record);
    dependencies.recordAnswer(record);
  });
  if (base) {
    const { version } = given;
    await dependencies.capture({ ...base, version }, () => [{ input: text, output: given.label }]);
  }
  return {
    id,
    object: 'classification',
    model: name,
    version: given.version,
    label: given.label,
    probabilities: given.probabilities,
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
