import { describe, expect, it } from 'vitest';
import { createArtifactStore } from '../../../../artifacts/artifact-store.ts';
import { blobKey } from '../../../../artifacts/blobs.ts';
import { findReachable, referencesIn } from '../../../../artifacts/housekeeping/reachability.ts';
import { createLineageLog } from '../../../../artifacts/lineage.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import { createFaultyObjectStore } from '../../../support/faulty-object-store.ts';

const text = { mediaType: 'text/plain' };

async function newWorld() {
  const objects = createFaultyObjectStore(createMemoryObjectStore());
  const artifacts = createArtifactStore(objects);
  const file = await artifacts.putBytes('a file', text);
  const folder = await artifacts.putDirectory({ file });
  const input = await artifacts.putBytes('documents', text);
  const record = await createLineageLog(objects, artifacts).record({
    ...{ stage: 'cleaning', model: 'm', runId: 'r', parameters: {}, codeVersion: 'c', cached: false },
    ...{ startedAt: '2026-05-01T10:00:00Z', endedAt: '2026-05-01T10:00:00Z' },
    ...{ inputs: { input }, outputs: { folder } },
  });
  return { objects, artifacts, file, folder, input, record };
}

describe('what is reachable', () => {
  it('are the files of a directory, and the inputs and outputs of a lineage record', async () => {
    const { artifacts, file, folder, input, record } = await newWorld();
    const { digests, unreadable } = await findReachable(artifacts, [record]);
    expect([...digests].sort()).toEqual([file, folder, input, record].map(({ digest }) => digest).sort());
    expect(unreadable).toEqual([]);
  });

  it('leaves out what a record only tells of, where that is asked', async () => {
    const { artifacts, file, folder, record } = await newWorld();
    const { digests } = await findReachable(artifacts, [record, folder], { throughLineage: false });
    expect([...digests].sort()).toEqual([file, folder, record].map(({ digest }) => digest).sort());
  });

  it('counts a directory that is gone or damaged, and says that it leads nowhere', async () => {
    const { artifacts, objects, folder, record } = await newWorld();
    await objects.put(blobKey(folder.digest), Buffer.from('x'.repeat(folder.sizeBytes)));
    const { digests, unreadable } = await findReachable(artifacts, [record]);
    expect(digests.has(folder.digest)).toBe(true);
    expect(unreadable.map(({ reference }) => reference.digest)).toEqual([folder.digest]);
  });

  it('is not told by a store that does not answer', async () => {
    const { artifacts, objects, folder } = await newWorld();
    objects.get = () => Promise.reject(new Error('no answer'));
    objects.read = () => Promise.reject(new Error('no answer'));
    await expect(findReachable(artifacts, [folder])).rejects.toThrow('no answer');
  });
});

describe('references in a document', () => {
  it('are found however deep, each with what it says', async () => {
    const { file, folder } = await newWorld();
    expect(referencesIn({ a: [{ b: file }], c: { d: { e: folder } }, f: 'sha256:x', g: null, h: 1 })).toEqual(
      [file, folder],
    );
  });

  it('are not what merely looks like one', () => {
    expect(referencesIn({ digest: 'sha256:short', mediaType: 'text/plain', sizeBytes: 1 })).toEqual([]);
  });
});
