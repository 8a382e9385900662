// What the routes of the gateway share: what they work with, how a request is read, and how it is refused.
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import type { CompletionRecord, FeedbackRecord, PredictionRecord } from '../contracts/observation.ts';
import type { GatewayMetrics } from '../monitoring/gateway-metrics.ts';
import { describeIssues } from './api-schemas.ts';
import type { LoadedVersion } from './loaded-version.ts';
import type { ServedModel } from './served-model.ts';

export interface HttpServerDependencies {
  readonly model: (name: string) => ServedModel | undefined;
  readonly models: () => readonly ServedModel[];
  /** Whether it is known which models there are. */
  readonly hasDiscovered: () => boolean;
  readonly recordAnswer: (record: PredictionRecord) => void;
  readonly recordCompletion: (record: CompletionRecord) => void;
  /** @returns once it is on the disk. @throws OutboxRefusal */
  readonly recordFeedback: (model: string, record: FeedbackRecord) => Promise<void>;
  readonly observeRequest: GatewayMetrics['observeRequest'];
  readonly countTokens: GatewayMetrics['countTokens'];
  readonly metricsText: () => Promise<string>;
  readonly maximumBodyBytes: number;
}

/** A request that cannot be answered, with the status that says so. */
export class HttpProblem extends Error {
  readonly statusCode: number;
  readonly type: string;
  /** When it may be tried again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(statusCode: number, type: string, message: string, retryAfterSeconds?: number) {
    super(message);
    this.statusCode = statusCode;
    this.type = type;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export const invalidRequest = (message: string): HttpProblem =>
  new HttpProblem(400, 'invalid_request_error', message);

export const unavailable = (message: string): HttpProblem => new HttpProblem(503, 'unavailable', message);

/** What waits is answered within a second or two, or its client has gone. */
export const busy = (message: string): HttpProblem => new HttpProblem(429, 'overloaded', message, 1);

const routes: Readonly<Record<LoadedVersion['task'], string>> = {
  'text-classification': 'it classifies texts: POST /v1/classifications',
  'language-modelling': 'it continues texts: POST /v1/completions',
};

/** A model that was asked for what it cannot do. */
export function otherTask(model: string, task: LoadedVersion['task']): HttpProblem {
  return invalidRequest(`model: ${model} is of the task ${task}, ${routes[task]}`);
}

/** @throws HttpProblem 404 with the models that there are; 503 while nobody knows */
export function find(
  { model, models, hasDiscovered }: Pick<HttpServerDependencies, 'model' | 'models' | 'hasDiscovered'>,
  name: string,
): ServedModel {
  const found = model(name);
  if (found) return found;
  if (!hasDiscovered()) throw unavailable('the gateway has just started and still reads the registry');
  const known = models().map((it) => it.model);
  throw new HttpProblem(
    404,
    'model_not_found',
    `no model ${name}; there ${known.length === 0 ? 'is none' : `are: ${known.join(', ')}`}`,
  );
}

/** @throws HttpProblem 400 with all that is wrong */
export function parse<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalidRequest(describeIssues(parsed.error.issues));
}

/** @returns a signal that tells when the client has gone before it had all of its answer */
export function whileConnected({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort(new Error('the client has gone'));
  });
  return controller.signal;
}
