import { describe, expect, it } from 'vitest';
import { createArtifactStore, reusableForMs } from '../../../artifacts/artifact-store.ts';
import { blobKey } from '../../../artifacts/blobs.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { describeArtifactStore } from '../../support/artifact-store-contract.ts';

describeArtifactStore('memory', () => Promise.resolve(createMemoryObjectStore()));

describe('bytes that are stored already', () => {
  // Garbage collection rests on it: whoever counts on bytes makes them young (artifacts/housekeeping/).
  it.each([
    ['few', 10],
    ['many', 300_000],
  ])('are made young again where they are old, be they %s', async (_amount, sizeBytes) => {
    let clock = Date.now() - reusableForMs - 60_000;
    const objects = createMemoryObjectStore(() => new Date(clock));
    const artifacts = createArtifactStore(objects);
    const put = () => artifacts.putBytes(Buffer.alloc(sizeBytes, 7), { mediaType: 'text/plain' });
    const { digest } = await put();
    clock = Date.now();
    await put();
    expect((await objects.stat(blobKey(digest)))?.lastModified.getTime()).toBe(clock);
  });
});
