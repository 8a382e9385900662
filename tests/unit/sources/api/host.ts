// A host on loopback whose interface a test writes, what it was asked for, and a clock that does not wait.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiContext } from '../../../../sources/api/api-source.ts';
import { createTestClock, openLoopback } from '../../../support/loopback.ts';

/** What a test answers: JSON, text, or by itself. */
export type Answer = string | object | ((response: ServerResponse, request: IncomingMessage) => unknown);

export interface Host {
  readonly origin: string;
  /** In the order in which they were asked for. */
  readonly asked: { readonly url: URL; readonly headers: IncomingMessage['headers'] }[];
  /** Answers in place of the interface, one request each. */
  readonly faults: Answer[];
  /** Pauses, in milliseconds. */
  readonly waited: number[];
  readonly context: ApiContext & { readonly clock: NonNullable<ApiContext['clock']> };
  /** Fields that every source of it needs. */
  readonly fields: { readonly allowPrivateHosts: string[]; readonly delaySeconds: number };
}

/** @param answer of the interface */
export async function openHost(answer: (url: URL, request: IncomingMessage) => Answer): Promise<Host> {
  const asked: Host['asked'] = [];
  const faults: Answer[] = [];
  const { waited, context } = createTestClock();
  const origin = await openLoopback((request, response) => {
    const url = new URL(request.url ?? '', origin);
    asked.push({ url, headers: request.headers });
    const given = faults.shift() ?? answer(url, request);
    if (typeof given === 'function') given(response, request);
    else if (typeof given === 'string') response.end(given);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(given));
  });
  return {
    origin,
    asked,
    faults,
    waited,
    context,
    fields: { allowPrivateHosts: ['127.0.0.1'], delaySeconds: 0 },
  };
}

/** Answers with a status alone. */
export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end();
