// What the routes of the gateway share: what they work with, how a request is read, and how it is refused.
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import type { PredictionRecord } from '../contracts/observation.ts';
import type { GatewayMetrics } from '../monitoring/gateway-metrics.ts';
import type { BatchStore } from './batches/batch-store.ts';
import { problemOfBody } from './body-problems.ts';
import type { Capture } from './capture.ts';
import type { LoadedVersion } from './loaded-version.ts';
import type { Recorder } from './recorder.ts';
import type { AcceptedTexts } from './scoring/accepted-texts.ts';
import type { RecordCompletion } from './scoring/scored-records.ts';
import type { ServedModel } from './served-model.ts';

export interface HttpServerDependencies {
  readonly model: (name: string) => ServedModel | undefined;
  readonly models: () => readonly ServedModel[];
  /** Whether it is known which models there are. */
  readonly hasDiscovered: () => boolean;
  /** Whether the process was asked to end: it answers, and is not ready any more; default: never. */
  readonly isEnding?: () => boolean;
  readonly recordAnswer: (record: PredictionRecord) => void;
  readonly recordCompletion: RecordCompletion;
  readonly capture: Capture;
  readonly recordFeedback: Recorder['recordFeedback'];
  readonly accepted: AcceptedTexts;
  readonly observeRequest: GatewayMetrics['observeRequest'];
  readonly countTokens: GatewayMetrics['countTokens'];
  readonly metricsText: () => Promise<string>;
  /** Files and batches. */
  readonly batches: BatchStore;
  readonly maximumBodyBytes: number;
  /** How long clients may take; default: those of http-server.ts. */
  readonly timeouts?: Partial<HttpTimeouts>;
  /** Told what went wrong in the gateway itself, with the id that the client was told. */
  readonly onFailure: (error: Error, requestId: string) => void;
}

/** In milliseconds. Who is slower is answered 408, or nothing, and the connection ends. */
export interface HttpTimeouts {
  /** Until the headers are there. */
  readonly headers: number;
  /** Until the whole request is there. */
  readonly request: number;
  /** While nothing comes and nothing goes, an answer that is waited for among it. */
  readonly silence: number;
  /** How often the first two are looked at. */
  readonly check: number;
}

export interface ProblemDetails {
  /** The field that is at fault. */
  readonly param?: string | null;
  readonly code?: string | null;
  /** When it may be tried again. */
  readonly retryAfterSeconds?: number;
}

/** A request that cannot be answered, with the status that says so, and a code for programs. */
export class HttpProblem extends Error {
  readonly statusCode: number;
  readonly code: string | null;
  readonly param: string | null;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    statusCode: number,
    code: string | null,
    message: string,
    { param = null, retryAfterSeconds }: Omit<ProblemDetails, 'code'> = {},
  ) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
    this.param = param;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export const invalidRequest = (message: string, { code = null, ...details }: ProblemDetails = {}) =>
  new HttpProblem(400, code, message, details);

export const unavailable = (message: string): HttpProblem =>
  new HttpProblem(503, 'unavailable', message, { retryAfterSeconds: 1 });

/** What waits is answered within a second or two, or its client has gone. */
export const busy = (message: string): HttpProblem =>
  new HttpProblem(429, 'rate_limit_exceeded', message, { retryAfterSeconds: 1 });

/** Nobody reads it. */
export const clientGone = (message: string): HttpProblem =>
  new HttpProblem(499, 'client_closed_request', message);

const routes: Readonly<Record<LoadedVersion['task'], string>> = {
  'text-classification': 'it classifies texts: POST /v1/classifications',
  'language-modelling': 'it continues texts: POST /v1/completions or /v1/chat/completions',
};

/** A model that was asked for what it cannot do. */
export function otherTask(model: string, task: LoadedVersion['task']): HttpProblem {
  return invalidRequest(`model: ${model} is of the task ${task}, ${routes[task]}`, { param: 'model' });
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
    { param: 'model' },
  );
}

/** @throws HttpProblem 400 with all that is wrong */
export function parse<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const { message, ...details } = problemOfBody(parsed.error.issues, body);
  throw invalidRequest(message, details);
}

/** @returns a signal that tells when the client has gone before it had all of its answer */
export function whileConnected({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort(new Error('the client has gone'));
  });
  return controller.signal;
}
