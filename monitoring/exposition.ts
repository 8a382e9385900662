// `/metrics` and `/healthz` for processes that serve nothing else over HTTP.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.ts';

/** A server that is up. */
export interface Exposition {
  readonly port: number;
  readonly url: string;
  /** Ends the server and its open connections. */
  close(): Promise<void>;
}

export interface ExpositionOptions {
  readonly metrics: Pick<Metrics, 'registry' | 'text'>;
  /** 0 takes any free port. */
  readonly port: number;
  /** Default: this machine only. */
  readonly host?: string;
  /** Whether the process can do its work; default: yes, as long as it answers. */
  readonly healthy?: () => boolean;
}

/**
 * Starts the server.
 *
 * @param options - what it shows and where
 * @returns once it listens
 * @throws the system's error when the port is taken
 */
export async function exposeMetrics(options: ExpositionOptions): Promise<Exposition> {
  const { metrics, port, host = '127.0.0.1', healthy = () => true } = options;
  const server = createServer((request, response) => {
    const path = request.url?.split('?').at(0);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      respond(response, 405, 'only GET\n');
    } else if (path === '/healthz') {
      respond(response, healthy() ? 200 : 503, healthy() ? 'ok\n' : 'not healthy\n');
    } else if (path === '/metrics') {
      metrics.text().then(
        (text) => respond(response, 200, text, metrics.registry.contentType),
        (error: unknown) => respond(response, 500, `${String(error)}\n`),
      );
    } else {
      respond(response, 404, 'here are /metrics and /healthz\n');
    }
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo; // a server on a port has one
  return {
    port: address.port,
    url: `http://${host}:${address.port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections(); // Prometheus keeps its connection open between scrapes
      await closed;
    },
  };
}

function respond(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}
