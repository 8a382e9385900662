// Headers that every answer has, as those of the OpenAI API have them.
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

/** @returns a name for a request, in the answer's `x-request-id` and in the log */
export const newRequestId = (): string => `req_${randomUUID().replaceAll('-', '')}`;

/** @param isEnding from then on clients are told to take another connection */
export function addAnswerHeaders(server: FastifyInstance, isEnding: () => boolean): void {
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  server.addHook('onSend', (_request, reply, payload, done) => {
    void reply.header('openai-processing-ms', Math.round(reply.elapsedTime));
    if (isEnding()) void reply.header('connection', 'close');
    done(null, payload);
  });
}
