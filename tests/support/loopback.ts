// A real server on loopback for the time of a test, and a clock that is only ever told to wait.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** @returns its origin */
export async function openLoopback(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A clock that is later whenever somebody has waited, and nobody has to; with the waits, in milliseconds. */
export function createTestClock() {
  const waited: number[] = [];
  let time = Date.parse('2026-01-02T03:04:05Z');
  const clock = {
    now: () => time,
    wait: (ms: number, signal: AbortSignal) => {
      signal.throwIfAborted();
      waited.push(ms);
      time += ms;
      return Promise.resolve();
    },
  };
  return { waited, context: { now: () => new Date(time), clock } };
}
