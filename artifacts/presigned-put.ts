// Uploads through a presigned URL: the client of the store hashes every body twice (MD5, SHA-256) before it sends it,
// which halves the rate; artifacts are named by their digest, so a body damaged on its way is found when it is read.
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Transport } from './store-transport.ts';

export interface PresignedPut {
  readonly transport: Transport;
  readonly url: string;
  readonly body: Buffer | Readable;
  readonly sizeBytes: number;
  readonly contentType: string;
}

/** @throws an Error with S3's `code` where the store refuses the object */
export async function putPresigned({
  transport,
  url,
  body,
  sizeBytes,
  contentType,
}: PresignedPut): Promise<void> {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const headers = { 'content-length': sizeBytes, 'content-type': contentType };
  const options = { protocol, hostname, port, path: `${pathname}${search}`, method: 'PUT', headers };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = transport.request(options, resolve);
    request.once('error', reject);
    if (Buffer.isBuffer(body)) request.end(body);
    else pipeline(body, request).catch(reject);
  });
  const said = await text(answer);
  if (answer.statusCode === 200) return;
  const code = /<Code>([^<]+)<\/Code>/.exec(said)?.[1] ?? `HTTP ${String(answer.statusCode)}`;
  const message = /<Message>([^<]+)<\/Message>/.exec(said)?.[1] ?? 'upload refused';
  throw Object.assign(new Error(message), { code });
}
