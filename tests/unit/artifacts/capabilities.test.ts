import { describe, expect, it } from 'vitest';
import { findLacks } from '../../../artifacts/capabilities.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import type { ObjectStore } from '../../../artifacts/object-store.ts';

describe('what a store lacks', () => {
  it('is nothing where it locks objects and refuses a second conditional write, at the first look and later', async () => {
    const store = createMemoryObjectStore();
    expect(await findLacks(store, { objectLock: true })).toEqual([]);
    expect(await findLacks(store, { objectLock: true })).toEqual([]);
  });

  it('is said, with the bucket and what follows from it', async () => {
    const memory = createMemoryObjectStore();
    const forgetful: ObjectStore = { ...memory, put: (key, body) => memory.put(key, body) };
    expect(await findLacks(forgetful, { objectLock: false })).toEqual([
      'memory has no object lock: what is in the registry can be deleted',
      'memory ignores If-None-Match: run one writer of the registry only',
    ]);
  });
});
