// A bucket in memory: for tests, and for trying a pipeline without a store. Held to the contract suite of the real one.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { ObjectChanged, ObjectExists } from './object-store.ts';

/** @param now stamps `lastModified` */
export function createMemoryObjectStore(now: () => Date = () => new Date()): ObjectStore {
  const bodies = new Map<string, { readonly bytes: Buffer; readonly entry: StoredObject }>();

  const store = (key: string, bytes: Buffer): void => {
    const etag = createHash('md5').update(bytes).digest('hex');
    bodies.set(key, { bytes, entry: { key, sizeBytes: bytes.length, etag, lastModified: now() } });
  };
  const find = (key: string) => {
    const found = bodies.get(key);
    if (found === undefined) throw new CoppiceFailure('ArtifactNotFound', `memory holds no ${key}`, { key });
    return found;
  };

  return {
    location: 'memory',
    async put(key, body, { ifNoneMatch } = {}) {
      const whole = Buffer.isBuffer(body) ? body : body.slice(0, body.sizeBytes);
      const bytes = Buffer.isBuffer(whole) ? Buffer.from(whole) : await buffer(whole);
      if (ifNoneMatch && bodies.has(key)) throw new ObjectExists(key);
      store(key, bytes);
    },
    get: (key, rest) =>
      Promise.resolve().then(() => {
        const { bytes, entry } = find(key);
        if (rest && rest.etag !== entry.etag) throw new ObjectChanged(key);
        return {
          stream: Readable.from([bytes.subarray(rest?.start)]),
          sizeBytes: entry.sizeBytes,
          etag: entry.etag,
        };
      }),
    read: (key) => Promise.resolve().then(() => Buffer.from(find(key).bytes)),
    stat: (key) => Promise.resolve(bodies.get(key)?.entry),
    async *list(prefix, { after } = {}) {
      const bytesOrder = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
      const keys = [...bodies.keys()].filter((key) => key.startsWith(prefix)).sort(bytesOrder);
      for (const key of keys) {
        if (after !== undefined && bytesOrder(key, after) <= 0) continue;
        const found = bodies.get(key);
        if (found !== undefined) yield await Promise.resolve(found.entry);
      }
    },
    copy: (from, to) => Promise.resolve().then(() => store(to, find(from).bytes)),
    remove: (key) => Promise.resolve().then(() => void bodies.delete(key)),
    ensureBucket: () => Promise.resolve({ objectLock: false }),
  };
}
