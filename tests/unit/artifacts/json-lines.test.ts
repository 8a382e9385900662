import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { blobKey } from '../../../artifacts/blobs.ts';
import { readJsonLines, writeJsonLines } from '../../../artifacts/json-lines.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import type { ObjectStore } from '../../../artifacts/object-store.ts';
import { readObject } from '../../../artifacts/object-store.ts';
import type { ArtifactReference } from '../../../contracts/artifact.ts';
import { mediaTypes } from '../../../contracts/artifact.ts';

const recordSchema = z.object({ id: z.number(), text: z.string() });
type Record = z.infer<typeof recordSchema>;
const records: Record[] = Array.from({ length: 5_000 }, (_, id) => ({
  id,
  text: `문서 ${id}\nwith a second line`,
}));

describe('JSON lines', () => {
  let objects: ObjectStore;
  let store: ArtifactStore;
  beforeEach(() => {
    objects = createMemoryObjectStore();
    store = createArtifactStore(objects);
  });

  async function readAll(reference: ArtifactReference): Promise<Record[]> {
    const all: Record[] = [];
    for await (const record of readJsonLines(store, reference, recordSchema)) all.push(record);
    return all;
  }

  it('gives back the records in order, and says how many there are', async () => {
    const reference = await writeJsonLines(store, records, mediaTypes.documents);
    expect(reference).toMatchObject({ mediaType: mediaTypes.documents, annotations: { records: '5000' } });
    expect(await readAll(reference)).toEqual(records);
  });

  it('gives equal records the same digest, from an iterable or a stream of them', async () => {
    async function* stream(): AsyncGenerator<Record> {
      for (const { id, text } of records) yield await Promise.resolve({ text, id });
    }
    expect(await writeJsonLines(store, stream())).toEqual(await writeJsonLines(store, records));
  });

  it('keeps any text, whatever its line breaks and wherever the chunks end', async () => {
    const any = fc.array(
      fc.record({ id: fc.integer(), text: fc.string({ unit: 'grapheme', maxLength: 200 }) }),
    );
    await fc.assert(
      fc.asyncProperty(any, async (given) => {
        expect(await readAll(await writeJsonLines(store, given))).toEqual(given);
      }),
      { numRuns: 50 },
    );
  });

  it('reads a shard that others wrote, with or without a last line break', async () => {
    for (const text of [
      '{"id":1,"text":"a"}\n{"id":2,"text":"b"}\n',
      '{"id":1,"text":"a"}\n{"id":2,"text":"b"}',
    ]) {
      const reference = await store.putBytes(gzipSync(text), { mediaType: mediaTypes.jsonLines });
      expect((await readAll(reference)).map(({ id }) => id)).toEqual([1, 2]);
    }
  });

  it('names the line that is not what the schema says', async () => {
    const reference = await writeJsonLines(store, [
      { id: 1, text: 'a' },
      { id: 'two', text: 'b' },
    ]);
    const message = expect.stringMatching(/^line 2 of sha256:.*: id: /) as string;
    await expect(readAll(reference)).rejects.toMatchObject({ type: 'InvalidInput', message });
  });

  it('calls bytes that are no gzip what they are', async () => {
    const reference = await store.putBytes('plain text', { mediaType: mediaTypes.jsonLines });
    await expect(readAll(reference)).rejects.toMatchObject({ type: 'InvalidInput' });
  });

  it('calls damaged bytes corrupt, wherever the damage lies', async () => {
    for (const position of [0, 40, 5_000, -6, -1]) {
      const reference = await writeJsonLines(store, records);
      const key = blobKey(reference.digest);
      const bytes = Buffer.from((await readObject(objects, key)) ?? '');
      bytes[position < 0 ? bytes.length + position : position] ^= 16;
      await objects.put(key, bytes);
      await expect(readAll(reference)).rejects.toMatchObject({ type: 'ArtifactCorrupt' });
    }
  });

  it('passes on the failure of the records that it is given', async () => {
    async function* failing(): AsyncGenerator<Record> {
      yield await Promise.resolve(records[0]);
      throw new Error('the source broke');
    }
    await expect(writeJsonLines(store, failing())).rejects.toThrow('the source broke');
    await expect(writeJsonLines(store, [{ id: Number.NaN }])).rejects.toThrow('$.id');
  });

  it('asks for no more records than its reader takes', async () => {
    const reference = await writeJsonLines(store, records);
    const lines = readJsonLines(store, reference, recordSchema);
    expect((await lines.next()).value).toEqual(records[0]);
    await lines.return(undefined);
    expect((await lines.next()).done).toBe(true);
  });
});
