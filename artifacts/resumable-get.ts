// An object on its way out of the store. Where the connection breaks off the rest is asked for by range, on condition
// that the object is still the same.
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { CoppiceFailure } from '../contracts/failures.ts';
import { etagOf } from './presigned.ts';
import { waitBefore } from './retrying.ts';

/** Asks for the object, or for what follows `start` of the object with that etag. */
export type AskForBytes = (rest?: {
  readonly start: number;
  readonly etag: string;
}) => Promise<IncomingMessage>;

/** Breaks in a row without a byte between them: a store that is gone, not a connection. */
const breaksInRow = 3;

interface ResumableBody {
  readonly stream: Readable;
  readonly sizeBytes: number;
  readonly etag: string;
}

/**
 * @param toFailure what the stream fails with, from the store's or the socket's error
 * @throws what asking throws, the first time
 */
export async function openResumable(
  ask: AskForBytes,
  toFailure: (error: unknown) => CoppiceFailure,
): Promise<ResumableBody> {
  let response = await ask();
  const etag = etagOf(response);
  const sizeBytes = Number(response.headers['content-length']);
  let received = 0;
  let breaks = 0;

  const stream = new Readable({
    read: () => void response.resume(),
    destroy: (error, callback) => {
      response.destroy();
      callback(error);
    },
  });

  const goOn = async (cause: unknown): Promise<void> => {
    breaks += 1;
    if (breaks > breaksInRow) {
      stream.destroy(toFailure(cause));
      return;
    }
    if (breaks > 1) await waitBefore(breaks - 1);
    if (stream.destroyed) return;
    const rest = await ask({ start: received, etag });
    if (rest.statusCode === 206) attach(rest);
    else {
      rest.destroy();
      throw new Error(`asked for what follows byte ${received}, the store answers with the whole`);
    }
  };

  function attach(next: IncomingMessage): void {
    response = next;
    let over = false;
    const end = (cause: unknown) => {
      if (over || stream.destroyed) return;
      over = true;
      if (received === sizeBytes) stream.push(null);
      else goOn(cause).catch((error: unknown) => stream.destroy(toFailure(error)));
    };
    next.on('data', (chunk: Buffer) => {
      received += chunk.length;
      breaks = 0;
      if (!stream.push(chunk)) next.pause();
    });
    next.once('end', () => end(new Error('the answer ends early')));
    next.once('error', end);
    next.once('close', () => end(new Error('the connection broke off')));
  }
  attach(response);
  response.pause();
  return { stream, sizeBytes, etag };
}
