import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { charactersOf, createShardWriter, readShards } from '../../../activities/shards.ts';
import { type ArtifactStore, createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import type { ArtifactReference } from '../../../contracts/artifact.ts';

const itemSchema = z.object({ id: z.number() });
type Item = z.infer<typeof itemSchema>;

describe('shards', () => {
  let artifacts: ArtifactStore;
  beforeEach(() => {
    artifacts = createArtifactStore(createMemoryObjectStore());
  });

  const writer = () => createShardWriter<Item>(artifacts, 'application/jsonl+gzip');
  const addAll = async (shards: ReturnType<typeof writer>, ids: readonly number[]) => {
    const written: number[] = [];
    for (const id of ids) if (await shards.add({ id })) written.push(id);
    return written;
  };
  const count = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
  const read = async (directory: ArtifactReference) => {
    const ids: number[] = [];
    for await (const { id } of readShards(artifacts, directory, itemSchema)) ids.push(id);
    return ids;
  };

  it('are written a thousand documents each and read in the order of the documents', async () => {
    const shards = writer();
    expect(await addAll(shards, count(0, 2_500))).toEqual([999, 1_999]); // these filled one
    expect(Object.keys(shards.files())).toEqual(['00000.jsonl.gz', '00001.jsonl.gz']);
    const directory = await shards.close();
    expect(Object.keys((await artifacts.readDirectory(directory)).files)).toHaveLength(3);
    expect(await read(directory)).toEqual(count(0, 2_500));
  });

  it('have fewer documents where these are long', async () => {
    const shards = createShardWriter<object>(artifacts, 'application/jsonl+gzip');
    const text = 'x'.repeat(6 * 1024 * 1024);
    const filled = [];
    for (const id of count(0, 5)) filled.push(await shards.add({ id, text }));
    expect(filled).toEqual([false, false, true, false, false]);
    const { files } = await artifacts.readDirectory(await shards.close());
    expect(Object.values(files).map(charactersOf)).toEqual([3, 2].map((many) => many * (text.length + 19)));
  });

  it('go on after those of an earlier run, which keep their bytes', async () => {
    const first = writer();
    await addAll(first, count(0, 1_500));
    const before = await artifacts.readDirectory(await first.close());
    const second = writer();
    second.adopt(before.files);
    await addAll(second, count(1_500, 1_510));
    const directory = await second.close();
    expect((await artifacts.readDirectory(directory)).files).toMatchObject(before.files);
    expect(await read(directory)).toEqual(count(0, 1_510));
  });

  it('of the same documents are the same artifact', async () => {
    const [a, b] = [writer(), writer()];
    await addAll(a, [1, 2]);
    await addAll(b, [1, 2]);
    expect(await a.close()).toEqual(await b.close());
  });

  it('of no document are an empty directory', async () => {
    const directory = await writer().close();
    expect(await read(directory)).toEqual([]);
  });

  it('refuse a line that is not what the schema says', async () => {
    const shards = createShardWriter<object>(artifacts, 'application/jsonl+gzip');
    await shards.add({ id: 'one' });
    await expect(read(await shards.close())).rejects.toMatchObject({ type: 'InvalidInput' });
  });
});
