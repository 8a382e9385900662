// HTTP under the store's client: kept-alive connections, and an end to waiting for a store that says nothing.
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';

/** Below the 30 s after which MinIO closes an idle connection, so that we never write into a closing one. */
const idleConnectionMs = 20_000;

/** Read from a connection at once, where the kernel has it: a few calls for a MiB in place of sixteen. */
const readBytes = 256 * 1024;

/**
 * Connections that read into one buffer of their own. node:net allocates 64 KiB for each read, and collecting that
 * garbage costs as much as receiving it; the parser of node:http copies what it keeps, so the buffer is free again when
 * it returns. A parser that did not copy would show at once: no digest would be right.
 */
class ReadingAgent extends http.Agent {
  override createConnection(options: net.NetConnectOpts): net.Socket {
    const socket: net.Socket = net.connect({
      ...options,
      onread: {
        buffer: Buffer.allocUnsafeSlow(readBytes),
        callback: (count, buffer) => {
          socket.emit('data', buffer.subarray(0, count));
          return true;
        },
      },
    });
    return socket;
  }
}

/** The part of node:http that the client of the store uses. */
export type Transport = Pick<typeof http, 'request'>;

/**
 * @param secure whether the store speaks TLS
 * @param silenceMs after how long without a byte, where we wait for one, the store counts as gone
 */
export function createTransport(secure: boolean, silenceMs: number): Transport {
  const protocol = secure ? https : http;
  const agent = new (secure ? https.Agent : ReadingAgent)({
    keepAlive: true,
    timeout: idleConnectionMs,
    maxSockets: 64,
  });
  const request = (
    options: http.RequestOptions,
    onResponse?: (response: http.IncomingMessage) => void,
  ): http.ClientRequest => {
    let response: http.IncomingMessage | undefined;
    const sent = protocol.request({ ...options, agent }, (answer) => {
      response = answer;
      onResponse?.(answer);
    });
    sent.setTimeout(silenceMs, () => {
      // Bytes that nobody has read yet: the reader is slow, not the store.
      if (response !== undefined && response.readableLength > 0) return;
      const silence = new Error(`no answer for ${silenceMs / 1000} s`);
      response?.destroy(silence);
      sent.destroy(silence);
    });
    return sent;
  };
  // node:http types `request` with three overloads; the client calls the one above.
  return { request: request as Transport['request'] };
}
