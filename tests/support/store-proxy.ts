// Between a store and its client: passes requests on, writes down what went through, and breaks what a test says.
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

export interface PassedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly range: string | undefined;
  /** Bytes of its body that reached the store. */
  bodyBytes: number;
  /** Of the answer; absent where there was none. */
  status?: number;
}

/** What happens to one request. */
export type Fault =
  | { readonly kind: 'answer'; readonly status: number; readonly body?: string }
  /** It never reaches the store, and nobody answers. */
  | { readonly kind: 'hang' }
  /** It reaches the store, which answers, and nobody hears of it. */
  | { readonly kind: 'lose-answer' }
  /** The connection breaks after so many bytes of the request's body, or of the answer's. */
  | { readonly kind: 'cut-request' | 'cut-answer'; readonly afterBytes: number }
  /** Each piece of the answer waits for so long. */
  | { readonly kind: 'slow-answer'; readonly pieceMs: number }
  /** The bit in the middle of the answer's first piece is another. */
  | { readonly kind: 'flip' };

export interface StoreProxy {
  readonly endpoint: string;
  readonly requests: PassedRequest[];
  /** Asked once a request, in their order. */
  fault: (request: PassedRequest) => Fault | undefined;
  stop(): Promise<void>;
}

export async function startStoreProxy(target: string): Promise<StoreProxy> {
  const { hostname, port } = new URL(target);
  const proxy: StoreProxy = {
    endpoint: '',
    requests: [],
    fault: () => undefined,
    stop: () => Promise.resolve(),
  };

  const pass = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { method = '', url = '', headers } = incoming;
    const passed: PassedRequest = { method, url, range: headers.range, bodyBytes: 0 };
    proxy.requests.push(passed);
    const fault = proxy.fault(passed);
    if (fault?.kind === 'answer') {
      passed.status = fault.status;
      incoming.resume().once('end', () => outgoing.writeHead(fault.status).end(fault.body ?? ''));
      return;
    }
    if (fault?.kind === 'hang') {
      incoming.resume();
      return;
    }
    // The headers as they came: the signature covers the host.
    const onward = httpRequest({ hostname, port, method, path: url, headers }, (answer) => {
      passed.status = answer.statusCode ?? 0;
      if (fault?.kind === 'lose-answer') {
        outgoing.destroy();
        return;
      }
      outgoing.writeHead(passed.status, answer.headers);
      answer.pipe(damage(fault, outgoing)).pipe(outgoing);
    });
    onward.once('error', () => outgoing.destroy());
    outgoing.once('close', () => onward.destroy());
    const body = new Transform({
      transform(chunk: Buffer, _encoding, callback) {
        if (fault?.kind === 'cut-request' && passed.bodyBytes + chunk.length > fault.afterBytes) {
          outgoing.destroy(); // with this piece unsent: a small body is one piece, and would be whole
          return;
        }
        passed.bodyBytes += chunk.length;
        callback(null, chunk);
      },
    });
    incoming.pipe(body).pipe(onward);
  };

  const server = createServer(pass);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return Object.assign(proxy, {
    endpoint: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function damage(fault: Fault | undefined, outgoing: ServerResponse): Transform {
  let sent = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      sent += chunk.length;
      if (fault?.kind === 'cut-answer' && sent > fault.afterBytes) {
        outgoing.destroy();
      } else if (fault?.kind === 'slow-answer') {
        void wait(fault.pieceMs).then(() => callback(null, chunk));
      } else if (fault?.kind === 'flip' && sent === chunk.length) {
        const flipped = Buffer.from(chunk);
        flipped[chunk.length >> 1] ^= 1;
        callback(null, flipped);
      } else callback(null, chunk);
    },
  });
}
