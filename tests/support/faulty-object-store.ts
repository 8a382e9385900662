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
}

export function createFaultyObjectStore(objects: ObjectStore): FaultyObjectStore {
  const faulty: FaultyObjectStore = {
    ...objects,
    lies: new Map(),
    failPut: () => false,
    puts: [],
    reads: [],
    put: async (key, body, options) => {
      if (faulty.failPut(key)) throw new CoppiceFailure('ArtifactStoreUnavailable', `put ${key} failed`);
      await objects.put(key, body, options);
      faulty.puts.push(key);
    },
    get: async (key) => {
      faulty.reads.push(key);
      const lie = faulty.lies.get(key)?.shift();
      const truth = await objects.get(key);
      if (!lie) return truth;
      truth.stream.destroy();
      return { ...truth, stream: Readable.from([lie]) };
    },
    list: (prefix, options) => {
      faulty.reads.push(prefix);
      return objects.list(prefix, options);
    },
  };
  return faulty;
}
