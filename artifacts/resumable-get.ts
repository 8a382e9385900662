// An object on its way out of the store. Where the connection breaks off the rest is asked for by range, on condition
// that the object is still the same.
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { CoppiceFailure } from '../contracts/failures.ts';
import type { ObjectBody, ReadingPoint } from './object-store.ts';
import { etagOf } from './presigned.ts';
import { waitBefore } from './retrying.ts';

/** Asks for the object, or for what follows a point of it. */
export type AskForBytes = (rest?: ReadingPoint) => Promise<IncomingMessage>;

/** Breaks in a row without a byte between them: a store that is gone, not a connection. */
const breaksInRow = 3;

/**
 * @param toFailure what the stream fails with, from the store's or the socket's error
 * @param from where a reading before this one broke off
 * @throws what asking throws, the first time
 */
export async function openResumable(
  ask: AskForBytes,
  toFailure: (error: unknown) => CoppiceFailure,
  from?: ReadingPoint,
): Promise<ObjectBody> {
  let received = from?.start ?? 0;
  let response = from ? await askForRest(ask, from) : await ask();
  const etag = from?.etag ?? etagOf(response);
  const sizeBytes = received + Number(response.headers['content-length']);
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
    attach(await askForRest(ask, { start: received, etag }));
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

async function askForRest(ask: AskForBytes, point: ReadingPoint): Promise<IncomingMessage> {
  const rest = await ask(point);
  if (rest.statusCode === 206) return rest;
  rest.destroy();
  throw new Error(`asked for what follows byte ${point.start}, the store answers with the whole`);
}
