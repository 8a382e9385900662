// POST /v1/embeddings, in the shapes of the OpenAI API.
import { endianness } from 'node:os';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { formatVersion } from '../contracts/registry.ts';
import { type Embeddings, embeddingRequestSchema } from './embedding-schemas.ts';
import { ProcessBusy } from './model-process.ts';
import { type Arm, nobodyAnswers } from './plan.ts';
import type { HttpServerDependencies } from './route.ts';
import {
  busy,
  find,
  HttpProblem,
  invalidRequest,
  otherTask,
  parse,
  unavailable,
  whileConnected,
} from './route.ts';
import type { ServedModel } from './served-model.ts';
import type { ClassifierVersion } from './tasks/classification-version.ts';
import { requestedVersion } from './tester.ts';

export function addEmbeddings(server: FastifyInstance, dependencies: HttpServerDependencies): void {
  server.post('/v1/embeddings', (request, reply) => answer(dependencies, request, reply));
}

async function answer(
  dependencies: HttpServerDependencies,
  { body, headers }: Pick<FastifyRequest, 'body' | 'headers'>,
  reply: FastifyReply,
): Promise<Embeddings> {
  const { model: name, input, encoding_format: format, dimensions } = parse(embeddingRequestSchema, body);
  const model = find(dependencies, name);
  const named = requestedVersion(headers, model);
  const served = versionOf(model, named);
  const { version } = served;
  const arm: Arm = named === undefined ? 'champion' : 'tester';
  const startedAt = performance.now();
  const observe = (status: number) => {
    const seconds = (performance.now() - startedAt) / 1_000;
    dependencies.observeRequest({ ...{ model: name, version: String(version), arm }, status, seconds });
  };
  const texts = typeof input === 'string' ? [input] : input;
  const signal = whileConnected(reply);
  const embedded = await served.embed(texts, signal).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    const problem = error instanceof ProcessBusy ? busy(reason) : unavailable(reason);
    if (!signal.aborted) observe(problem.statusCode);
    throw problem;
  });
  if ('reason' in embedded) {
    const param = typeof input === 'string' ? 'input' : `input[${embedded.at}]`;
    throw new HttpProblem(422, 'unreadable_input', `${param}: ${embedded.reason}`, { param });
  }
  observe(200);
  const { vectors, tokens } = embedded;
  const length = vectors[0].length;
  if (dimensions != null && dimensions !== length) {
    const message = `dimensions: ${formatVersion(name, version)} has vectors of ${length} numbers, which cannot be cut`;
    throw invalidRequest(message, { param: 'dimensions' });
  }
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      ...{ object: 'embedding', index },
      embedding: format === 'base64' ? inBase64(vector) : [...vector],
    })),
    ...{ model: name, version },
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** Always the champion: vectors of different versions have nothing to do with each other. */
function versionOf(model: ServedModel, named: number | undefined): ClassifierVersion {
  const wanted = named ?? model.routing()?.champion;
  const served = wanted === undefined ? undefined : model.version(wanted);
  if (!served) throw unavailable(nobodyAnswers(model, named));
  if (served.task !== 'text-classification') throw otherTask(model.model, served.task);
  return served;
}

/** 32-bit floats, little-endian. */
function inBase64(vector: readonly number[]): string {
  const bytes = Buffer.from(Float32Array.from(vector).buffer);
  return (endianness() === 'LE' ? bytes : bytes.swap32()).toString('base64');
}
