import { describe, expect, it } from 'vitest';
import { keepWholeShards } from '../../../activities/lost-shards.ts';
import { createShardWriter } from '../../../activities/shards.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { blobKey, digestOf } from '../../../artifacts/blobs.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { readObject } from '../../../artifacts/object-store.ts';
import { mediaTypes } from '../../../contracts/artifact.ts';
import type { CollectedDocument } from '../../../contracts/document.ts';

const documentOf = (position: number): CollectedDocument => ({
  id: `inbox/${position}`,
  source: 'inbox',
  uri: `file:///inbox/${position}`,
  digest: digestOf(`mail ${position}`),
  collectedAt: '2026-05-03T00:00:00Z',
  content: { mediaType: 'text/plain', encoding: 'utf8', data: `mail ${position}` },
});

/** Three shards: two of a thousand documents, and a rest of ten. */
async function collected() {
  const objects = createMemoryObjectStore();
  const artifacts = createArtifactStore(objects);
  const shards = createShardWriter<CollectedDocument>(artifacts, mediaTypes.documents);
  for (let position = 0; position < 2_010; position += 1) await shards.add(documentOf(position));
  await shards.close();
  const progress = { shards: shards.files(), documentCount: 2_010, cursors: { inbox: { after: '2009' } } };
  return { objects, artifacts, progress, digests: Object.values(shards.files()).map(({ digest }) => digest) };
}

describe('the shards of earlier collections', () => {
  it('are taken as they are where all are there', async () => {
    const { artifacts, progress } = await collected();
    const remains = await keepWholeShards(artifacts, progress);
    expect(remains).toMatchObject({ progress, lostShards: 0 });
    expect(remains.isKnown(documentOf(3))).toBe(false);
  });

  it('are kept but for the lost one, whose documents are asked for again with everything else', async () => {
    const { objects, artifacts, progress, digests } = await collected();
    await objects.remove(blobKey(digests[0]));
    const { progress: rest, isKnown, lostShards } = await keepWholeShards(artifacts, progress);
    expect(lostShards).toBe(1);
    expect(rest).toMatchObject({ documentCount: 1_010, cursors: {} });
    expect(Object.entries(rest.shards).map(([name, { digest }]) => [name, digest])).toEqual([
      ['00000.jsonl.gz', digests[1]],
      ['00001.jsonl.gz', digests[2]],
    ]);
    expect([999, 1_000, 2_009].map((position) => isKnown(documentOf(position)))).toEqual([false, true, true]);
    expect(isKnown({ ...documentOf(2_009), digest: digestOf('changed since') })).toBe(false);
  });

  it('are read where one is gone, so that a damaged one is found as well', async () => {
    const { objects, artifacts, progress, digests } = await collected();
    await objects.remove(blobKey(digests[0]));
    const bytes = await readObject(objects, blobKey(digests[1]));
    await objects.put(blobKey(digests[1]), Buffer.from((bytes ?? []).map((byte) => byte ^ 1)));
    const { progress: rest, lostShards } = await keepWholeShards(artifacts, progress);
    expect(lostShards).toBe(2);
    expect(rest.documentCount).toBe(10);
    expect(Object.values(rest.shards).map(({ digest }) => digest)).toEqual([digests[2]]);
  });
});
