// How a gateway ends: what was asked is answered first, and clients that keep a connection learn in time to take another.
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

export interface DrainLimits {
  /** In which requests are still taken: a load balancer sees that the gateway is not ready, and answers close connections. */
  readonly noticeMs: number;
  /** For answers under way; what is open then is cut off. */
  readonly answersMs: number;
}

/** Less together than a stack, a compose file or Kubernetes grants. */
export const drainLimits: DrainLimits = { noticeMs: 2_000, answersMs: 15_000 };

const lookMs = 25;

/**
 * Ends a server whose answers already carry `connection: close`.
 * @returns once every connection has ended
 */
export async function drain(
  server: FastifyInstance,
  { noticeMs, answersMs }: DrainLimits = drainLimits,
): Promise<void> {
  const http = server.server;
  const noticed = performance.now() + noticeMs;
  while (performance.now() < noticed && (await connectionsOf(http)) > 0) await wait(lookMs);
  const closed = server.close();
  // A connection is idle again after its last answer, and nobody else would close it then.
  const sweep = setInterval(() => http.closeIdleConnections(), lookMs);
  const limit = setTimeout(() => http.closeAllConnections(), answersMs);
  try {
    await closed;
  } finally {
    clearInterval(sweep);
    clearTimeout(limit);
  }
}

function connectionsOf(http: FastifyInstance['server']): Promise<number> {
  return new Promise((resolve) => {
    http.getConnections((_error, count) => resolve(count));
  });
}
