// A bucket whose operations fail, or lie, when a test says so.
import { Readable } from 'node:stream';
import type { ObjectStore } from '../../artifacts/object-store.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';

export interface FaultyObjectStore extends ObjectStore {
  /** Bytes that the next reads of a key give in place of what is stored, one entry a read. */
  readonly lies: Map<string, Buffer[]>;
  /** Puts that match fail as a store does that went away; each is asked once per put. */
  failPut: (key: string) => boolean;
  /** Keys that were written, in order. */
  readonly puts: string[];
  /** Prefixes that were listed, and keys that were read, in order. */
  readonly reads: string[];
  /** The next read breaks off after so many bytes. */
  breakAfterBytes: number | undefined;
  /** Where readings went on that had broken off. */
  readonly resumedAt: number[];
}

export function createFaultyObjectStore(objects: ObjectStore): FaultyObjectStore {
  const faulty: FaultyObjectStore = {
    ...objects,
    lies: new Map(),
    failPut: () => false,
    puts: [],
    reads: [],
    breakAfterBytes: undefined,
    resumedAt: [],
    put: async (key, body, options) => {
      if (faulty.failPut(key)) throw new CoppiceFailure('ArtifactStoreUnavailable', `put ${key} failed`);
      await objects.put(key, body, options);
      faulty.puts.push(key);
    },
    get: async (key, rest) => {
      faulty.reads.push(key);
      if (rest) faulty.resumedAt.push(rest.start);
      const lie = faulty.lies.get(key)?.shift();
      const truth = await objects.get(key, rest);
      const limit = faulty.breakAfterBytes;
      faulty.breakAfterBytes = undefined;
      if (limit !== undefined) return { ...truth, stream: Readable.from(breakOff(truth.stream, limit)) };
      if (!lie) return truth;
      truth.stream.destroy();
      return { ...truth, stream: Readable.from([lie]) };
    },
    read: async (key, limitBytes) => {
      faulty.reads.push(key);
      const truth = await objects.read(key, limitBytes);
      return faulty.lies.get(key)?.shift() ?? truth;
    },
    list: (prefix, options) => {
      faulty.reads.push(prefix);
      return objects.list(prefix, options);
    },
  };
  return faulty;
}

async function* breakOff(stream: Readable, afterBytes: number): AsyncGenerator<Buffer> {
  const pieceBytes = 64 * 1024; // as a socket gives them
  let left = afterBytes;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    for (let start = 0; start < chunk.length; start += pieceBytes) {
      yield chunk.subarray(start, start + Math.min(pieceBytes, left));
      left -= pieceBytes;
      if (left <= 0) throw new CoppiceFailure('ArtifactStoreUnavailable', 'the connection broke off');
    }
  }
}
