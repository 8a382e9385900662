// The bytes of a file that may be gzipped, whatever its name says, with a bound on what they unpack to.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { UnreadableTable } from './table-row.ts';

const PIECE_BYTES = 1024 * 1024; // a trip to another thread for each, which takes longer than unpacking the usual 16 KiB

const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

async function* fromFirst(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function* gunzipped(
  packed: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const unzip = createGunzip({ chunkSize: PIECE_BYTES });
  const source = Readable.from(packed, { objectMode: false });
  const ofSource: Error[] = [];
  source.once('error', (error) => {
    if (unzip.errored === null) ofSource.push(error);
  });
  const read = pipeline(source, unzip, { signal });
  read.catch(() => undefined); // the loop below throws it
  try {
    yield* unzip as AsyncIterable<Uint8Array>;
    await read;
  } catch (error) {
    signal.throwIfAborted();
    if (ofSource.length > 0) throw error;
    throw new UnreadableTable('gzip that is cut off or damaged');
  } finally {
    source.destroy();
    unzip.destroy();
  }
}

/**
 * @param chunks of the file as it stands
 * @param maximumBytes of what it unpacks to
 * @throws UnreadableTable behind the last bytes that can be read
 */
export async function* unpackedBytes(
  chunks: AsyncIterable<Uint8Array>,
  { maximumBytes, signal }: { readonly maximumBytes: number; readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  let first = new Uint8Array();
  for (let next = await iterator.next(); next.done !== true && first.length < 2; ) {
    first = first.length === 0 ? new Uint8Array(next.value) : Buffer.concat([first, next.value]);
    if (first.length < 2) next = await iterator.next();
  }
  const packed = fromFirst(first, iterator);
  let bytes = 0;
  for await (const chunk of isGzip(first) ? gunzipped(packed, signal) : packed) {
    signal.throwIfAborted();
    bytes += chunk.length;
    if (bytes > maximumBytes) throw new UnreadableTable(`unpacks to more than ${maximumBytes} bytes`);
    yield chunk;
  }
}
