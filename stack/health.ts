// Whether a component answers. A check says what is wrong instead of throwing: an absent server is an expected outcome.
import { connect } from 'node:net';

/** @returns undefined when healthy, otherwise what is wrong in one line */
export type HealthCheck = (timeoutMs: number) => Promise<string | undefined>;

/** @returns a check that passes on any 2xx answer to GET */
export function answersHttp(url: string): HealthCheck {
  return checkStatus(url, (status) => status >= 200 && status < 300);
}

/** @returns a check that passes on any answer that is not the server's own failure, a refusal included */
export function answersAtAll(url: string): HealthCheck {
  return checkStatus(url, (status) => status < 500);
}

function checkStatus(url: string, passes: (status: number) => boolean): HealthCheck {
  return async (timeoutMs) => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
      await response.body?.cancel();
      return passes(response.status) ? undefined : `${url} answers ${response.status}`;
    } catch (error) {
      return `${url} does not answer (${reasonOf(error)})`;
    }
  };
}

/**
 * @param address host:port
 * @returns a check that passes when a connection opens
 */
export function acceptsConnections(address: string): HealthCheck {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  const port = Number(address.slice(colon + 1));
  return (timeoutMs) =>
    new Promise((resolve) => {
      const socket = connect({ host, port });
      const finish = (problem: string | undefined): void => {
        socket.destroy();
        resolve(problem);
      };
      socket.setTimeout(timeoutMs, () => finish(`${address} does not answer (timeout)`));
      socket.once('connect', () => finish(undefined));
      socket.once('error', (error) => finish(`${address} does not answer (${reasonOf(error)})`));
    });
}

/** The innermost reason of a failed request: fetch wraps the system's own in `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
