// Every refusal in the one shape that clients of the OpenAI API know: { error: { message, type, param, code } }. Also those
// that no route ever sees: a path or a method that is not there, and what is no HTTP.
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpProblem } from './route.ts';

export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** @returns what a status is to clients of the OpenAI API */
function typeOf(status: number): string {
  if (status >= 500) return 'server_error';
  return status === 429 ? 'rate_limit_error' : 'invalid_request_error';
}

export function errorBody({ statusCode, message, param, code }: HttpProblem): ErrorBody {
  return { error: { message, type: typeOf(statusCode), param, code } };
}

/**
 * Before any route is added, since it listens to which are.
 * @param onFailure told what is no fault of the client's; the client gets no word of it but the request's id
 */
export function answerErrors(
  server: FastifyInstance,
  onFailure: (error: Error, requestId: string) => void,
): void {
  server.setErrorHandler<FastifyError>((error, request, reply) => {
    const problem = problemOf(error);
    if (!problem) onFailure(error, request.id);
    const told = problem ?? new HttpProblem(500, 'internal_error', `an error of the server, ${request.id}`);
    if (told.retryAfterSeconds !== undefined) void reply.header('retry-after', told.retryAfterSeconds);
    return reply.status(told.statusCode).send(errorBody(told));
  });
  answerUnknownRoutes(server);
}

function problemOf(error: FastifyError | HttpProblem): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  const { statusCode = 500, message } = error;
  if (statusCode === 415)
    return new HttpProblem(
      415,
      'unsupported_media_type',
      'expected a body with content-type: application/json',
    );
  if (statusCode === 413) return new HttpProblem(413, 'request_too_large', message);
  return statusCode < 500 ? new HttpProblem(statusCode, null, message) : undefined;
}

/** What the router refuses before any hook: a path that is not percent-encoded as it should be. */
export function answerRouterError(_error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = new HttpProblem(
    400,
    'invalid_url',
    'expected a path that is percent-encoded, and not so long',
  );
  void reply.header('x-request-id', request.id).header('openai-processing-ms', 0);
  void reply.status(problem.statusCode).send(errorBody(problem));
}

/** 404 for a path that is not there; 405 for one that is, with the methods that it has. */
function answerUnknownRoutes(server: FastifyInstance): void {
  const known = new Map<string, Set<string>>();
  server.addHook('onRoute', ({ url, method }) => {
    known.set(url, new Set([...(known.get(url) ?? []), ...[method].flat()]));
  });
  server.addHook('onRequest', ({ is404, method, url }, reply, done) => {
    if (!is404) {
      done();
      return;
    }
    const [path] = url.split('?', 1);
    const there = [...known].find(([pattern]) => fits(pattern, path));
    if (!there) {
      done(new HttpProblem(404, 'unknown_url', `there is no ${path}; /openapi.json lists what there is`));
      return;
    }
    const methods = [...there[1]].sort().join(', ');
    void reply.header('allow', methods);
    done(new HttpProblem(405, 'method_not_supported', `${path} takes ${methods}, not ${method}`));
  });
}

function fits(pattern: string, path: string): boolean {
  const [expected, given] = [pattern.split('/'), path.split('/')];
  return (
    expected.length === given.length &&
    expected.every((part, at) => part === given[at] || (part.startsWith(':') && given[at] !== ''))
  );
}

const clientErrors: Readonly<Record<string, readonly [status: string, code: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'request_timeout', 'the request took too long to come'],
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'headers_too_large',
    'the headers are too large',
  ],
};

/** What is no request: too slow, too large, or no HTTP. The connection ends with it. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, code, message] = clientErrors[error.code ?? ''] ?? [
    ...['400 Bad Request', 'bad_request', 'this is no HTTP request'],
  ];
  const body = JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code } });
  const head = [`HTTP/1.1 ${status}`, 'connection: close', 'content-type: application/json'];
  socket.end(`${[...head, `content-length: ${Buffer.byteLength(body)}`].join('\r\n')}\r\n\r\n${body}`, () => {
    socket.destroy();
  });
}
