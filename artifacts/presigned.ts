// Requests by presigned URL: the client of the store hashes every body twice (MD5, SHA-256) before it sends it, which
// halves the rate, and knows no condition on a range; artifacts are named by their digest, so a body damaged on its way
// is found when it is read.
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Transport } from './store-transport.ts';

export interface PresignedRequest {
  readonly method: 'GET' | 'PUT';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** With `content-length` among the headers. */
  readonly body?: Buffer | Readable;
}

/** An answer that is none, with S3's `code`; it retries where its status says so. */
class Refused extends Error {
  readonly code: string;
  readonly statusCode: number;

  constructor(said: string, statusCode: number) {
    super(/<Message>([^<]+)<\/Message>/.exec(said)?.[1] ?? 'the store refuses the request');
    this.name = 'Refused';
    this.code = /<Code>([^<]+)<\/Code>/.exec(said)?.[1] ?? `HTTP ${statusCode}`;
    this.statusCode = statusCode;
  }
}

/** Sends bodies one after the other on kept-alive connections. */
export type SendPresigned = (request: PresignedRequest) => Promise<IncomingMessage>;

/** @returns sends, and answers with the response of status 200 or 206, whose body the caller reads; throws Refused */
export function createPresignedSender(transport: Transport): SendPresigned {
  return async ({ method, url, headers = {}, body }) => {
    const { protocol, hostname, port, pathname, search } = new URL(url);
    const options = { protocol, hostname, port, path: `${pathname}${search}`, method, headers };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = transport.request(options, resolve);
      // Not once: a store that answers before it has read the body may reset the connection afterwards.
      request.on('error', reject);
      if (body === undefined || Buffer.isBuffer(body)) request.end(body);
      else pipeline(body, request).catch(reject);
    });
    if (answer.statusCode === 200 || answer.statusCode === 206) return answer;
    throw new Refused(await text(answer), answer.statusCode ?? 0);
  };
}

/** Reads an answer that has nothing more to say, so that its connection can be used again. */
export async function finish(answer: IncomingMessage): Promise<IncomingMessage> {
  await text(answer);
  return answer;
}

/** @returns the entity tag without its quotation marks */
export function etagOf({ headers }: IncomingMessage): string {
  return (headers.etag ?? '').replaceAll('"', '');
}
