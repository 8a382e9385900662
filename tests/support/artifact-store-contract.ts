// What the artifact store promises over any bucket: equal bytes are one artifact, and nothing wrong is ever given out.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { createArtifactStore } from '../../artifacts/artifact-store.ts';
import { blobKey } from '../../artifacts/blobs.ts';
import type { ObjectStore } from '../../artifacts/object-store.ts';
import { readObject } from '../../artifacts/object-store.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import { mediaTypes } from '../../contracts/artifact.ts';
import type { FaultyObjectStore } from './faulty-object-store.ts';
import { createFaultyObjectStore } from './faulty-object-store.ts';

const plain = { mediaType: 'text/plain' };

/** @param create a bucket that is empty, and exists */
export function describeArtifactStore(name: string, create: () => Promise<ObjectStore>): void {
  describe(`artifact store on ${name}`, () => {
    let objects: FaultyObjectStore;
    let store: ArtifactStore;
    let folder: string;
    let corruptArtifacts = 0;
    const transfers: string[] = [];
    const metrics = {
      observeTransfer: ({ direction, sizeBytes }: { direction: string; sizeBytes: number }) =>
        transfers.push(`${direction} ${sizeBytes}`),
      countCorruptArtifact: () => {
        corruptArtifacts += 1;
      },
    };
    beforeAll(async () => {
      objects = createFaultyObjectStore(await create());
      store = createArtifactStore(objects, metrics);
      folder = await mkdtemp(join(tmpdir(), 'coppice-test-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    /** Replaces the stored bytes behind the store's back. */
    const damage = async (
      { digest }: ArtifactReference,
      change: (bytes: Buffer) => Buffer,
    ): Promise<void> => {
      const bytes = await readObject(objects, blobKey(digest));
      if (!bytes) throw new Error('nothing to damage');
      await objects.put(blobKey(digest), change(bytes));
    };
    const flipBit = (bytes: Buffer): Buffer => {
      const flipped = Buffer.from(bytes);
      flipped[bytes.length >> 1] ^= 1;
      return flipped;
    };
    const truncate = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length - 1);

    it('names bytes by their SHA-256 and gives them back', async () => {
      const reference = await store.putBytes('some text', { ...plain, annotations: { language: 'en' } });
      expect(reference).toEqual({
        digest: `sha256:${createHash('sha256').update('some text').digest('hex')}`,
        mediaType: 'text/plain',
        sizeBytes: 9,
        annotations: { language: 'en' },
      });
      expect((await store.readBytes(reference)).toString()).toBe('some text');
      expect(await store.has(reference)).toBe(true);
      expect(transfers).toEqual(['upload 9', 'download 9']);
    });

    it('uploads bytes that are there already only once', async () => {
      const first = await store.putBytes('twice', plain);
      const puts = objects.puts.length;
      expect(await store.putBytes(Buffer.from('twice'), plain)).toEqual(first);
      expect(await store.putStream(Readable.from(['tw', 'ice']), plain)).toEqual(first);
      expect(objects.puts).toHaveLength(puts);
    });

    it.each([0, 100, 400_000, 17 * 1024 * 1024])(
      'hashes a stream of %i bytes as it goes',
      async (sizeBytes) => {
        const bytes = Buffer.alloc(sizeBytes, `${sizeBytes} bytes of coppice `);
        async function* pieces(): AsyncGenerator<Buffer> {
          for (let start = 0; start < sizeBytes; start += 65_536) {
            yield await Promise.resolve(bytes.subarray(start, start + 65_536));
          }
        }
        const reference = await store.putStream(pieces(), plain);
        expect(reference).toEqual(await store.putBytes(bytes, plain));
        expect((await buffer(await store.openStream(reference))).equals(bytes)).toBe(true);
      },
    );

    it('stores nothing of a stream that breaks off', async () => {
      async function* broken(): AsyncGenerator<Buffer> {
        yield await Promise.resolve(Buffer.alloc(17 * 1024 * 1024));
        throw new Error('the source broke');
      }
      const puts = objects.puts.length;
      await expect(store.putStream(broken(), plain)).rejects.toThrow('the source broke');
      expect(objects.puts).toHaveLength(puts);
    });

    it('stores equal JSON as one artifact and reads it through a schema', async () => {
      const reference = await store.putJson({ b: 1, a: 'x' });
      expect(await store.putJson({ a: 'x', b: 1 })).toEqual(reference);
      expect(await store.readJson(reference, z.object({ a: z.string(), b: z.number() }))).toEqual({
        a: 'x',
        b: 1,
      });
    });

    it('names every problem of JSON that is not what the schema says', async () => {
      const reference = await store.putJson({ a: 1 });
      const read = store.readJson(reference, z.object({ a: z.string(), b: z.number() }));
      await expect(read).rejects.toMatchObject({
        type: 'InvalidInput',
        message: expect.stringMatching(/a: .*; b: /) as string,
      });
      const noJson = await store.putBytes('{', { mediaType: mediaTypes.json });
      await expect(store.readJson(noJson, z.unknown())).rejects.toThrow(
        `${blobKey(noJson.digest)} (application/json) is not JSON`,
      );
    });

    it.each([
      ['a flipped bit', flipBit],
      ['a truncated object', truncate],
      ['another object', () => Buffer.from('quite another object')],
    ])('finds %s, moves it aside, and takes the right bytes again', async (what, change) => {
      const text = `bytes that will suffer ${what}`;
      const reference = await store.putBytes(text, plain);
      const key = blobKey(reference.digest);
      await damage(reference, change);
      const before = corruptArtifacts;
      const read = store.readBytes(reference);
      await expect(read).rejects.toMatchObject({
        type: 'ArtifactCorrupt',
        message: expect.stringContaining(key) as string,
      });
      expect(corruptArtifacts).toBe(before + 1);
      expect(await readObject(objects, `quarantine/${key}`)).toEqual(change(Buffer.from(text)));
      await expect(store.readBytes(reference)).rejects.toMatchObject({ type: 'ArtifactNotFound' });
      await store.putBytes(text, plain);
      expect((await store.readBytes(reference)).toString()).toBe(text);
    });

    it('fails a stream of damaged bytes at its end, and a download leaves no file', async () => {
      const bytes = Buffer.alloc(300_000, 'streamed');
      for (const change of [
        flipBit,
        truncate,
        (whole: Buffer) => Buffer.concat([whole, Buffer.from('more')]),
      ]) {
        const reference = await store.putBytes(bytes, plain);
        await damage(reference, change);
        const downloaded = store.download(reference, join(folder, 'damaged', 'file'));
        await expect(downloaded).rejects.toMatchObject({ type: 'ArtifactCorrupt' });
        expect(await readdir(join(folder, 'damaged'))).toEqual([]);
        expect(await store.has(reference)).toBe(false);
      }
      const reference = await store.putBytes(bytes, plain);
      await damage(reference, flipBit);
      await expect(buffer(await store.openStream(reference))).rejects.toMatchObject({
        type: 'ArtifactCorrupt',
      });
    });

    it('goes on with a download that broke off, and fetches nothing that is there and whole', async () => {
      const bytes = Buffer.alloc(6_000_000, 'fetched in two goes, ');
      const reference = await store.putBytes(bytes, plain);
      const path = join(folder, 'two-goes', 'file');
      objects.breakAfterBytes = 2_500_000;
      await expect(store.download(reference, path)).rejects.toMatchObject({
        type: 'ArtifactStoreUnavailable',
      });
      await store.download(reference, path);
      expect(objects.resumedAt).toEqual([expect.toSatisfy((start) => start > 2_000_000)]);
      expect((await readFile(path)).equals(bytes)).toBe(true);
      const reads = objects.reads.length;
      await store.download(reference, path);
      expect(objects.reads).toHaveLength(reads);
      await writeFile(path, flipBit(bytes));
      await store.download(reference, path);
      expect((await readFile(path)).equals(bytes)).toBe(true);
      expect(await readdir(join(folder, 'two-goes'))).toEqual(['file']);
    });

    it('begins a download anew where the object, or what had arrived of it, is another', async () => {
      const bytes = Buffer.alloc(6_000_000, 'begun anew, ');
      const reference = await store.putBytes(bytes, plain);
      const path = join(folder, 'anew', 'file');
      const breakOff = async () => {
        objects.breakAfterBytes = 3_000_000;
        await expect(store.download(reference, path)).rejects.toThrow('broke off');
        return join(folder, 'anew', (await readdir(join(folder, 'anew')))[0]);
      };
      const partial = await breakOff();
      await rename(partial, partial.replace(/\.[0-9a-f-]{32,}\./, `.${'0'.repeat(32)}.`)); // of an object before
      await store.download(reference, path);
      expect((await readFile(path)).equals(bytes)).toBe(true);
      await rm(path);
      await writeFile(await breakOff(), Buffer.alloc(3_000_000, 'rot'));
      await expect(store.download(reference, path)).rejects.toMatchObject({
        type: 'ArtifactStoreUnavailable',
      });
      await store.download(reference, path);
      expect((await readFile(path)).equals(bytes)).toBe(true);
      expect(await readdir(join(folder, 'anew'))).toEqual(['file']);
    });

    it('writes a truncated object over when the same bytes are put', async () => {
      const reference = await store.putBytes('cut short', plain);
      await damage(reference, truncate);
      expect(await store.has(reference)).toBe(false);
      await store.putBytes('cut short', plain);
      expect((await store.readBytes(reference)).toString()).toBe('cut short');
    });

    it('does not condemn a sound object for damage on the way', async () => {
      const reference = await store.putBytes('sound in the store', plain);
      for (const lie of ['damaged on wire!!!', 'short']) {
        objects.lies.set(blobKey(reference.digest), [Buffer.from(lie)]);
        await expect(store.readBytes(reference)).rejects.toMatchObject({ type: 'ArtifactStoreUnavailable' });
      }
      expect((await store.readBytes(reference)).toString()).toBe('sound in the store');
    });

    it('says that a reference is wrong about the size, and keeps the object', async () => {
      const reference = await store.putBytes('right size', plain);
      for (const sizeBytes of [3, 300]) {
        const wrong = { ...reference, sizeBytes };
        await expect(store.readBytes(wrong)).rejects.toMatchObject({ type: 'InvariantViolated' });
        await expect(buffer(await store.openStream(wrong))).rejects.toMatchObject({
          type: 'InvariantViolated',
        });
      }
      expect((await store.readBytes(reference)).toString()).toBe('right size');
    });

    it('names a deleted object', async () => {
      const reference = await store.putBytes('soon gone', plain);
      await objects.remove(blobKey(reference.digest));
      const failure = {
        type: 'ArtifactNotFound',
        message: expect.stringContaining(blobKey(reference.digest)) as string,
      };
      await expect(store.readBytes(reference)).rejects.toMatchObject(failure);
      await expect(store.openStream(reference)).rejects.toMatchObject(failure);
      expect(await store.has(reference)).toBe(false);
    });

    it('lets a reader leave a stream early', async () => {
      const reference = await store.putBytes(Buffer.alloc(2_000_000, 'early'), plain);
      for await (const chunk of (await store.openStream(reference)) as AsyncIterable<Buffer>) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      expect(await store.has(reference)).toBe(true);
    });

    it('keeps a directory as one artifact, and brings it to disk', async () => {
      const one = await store.putBytes('one', plain);
      const two = await store.putJson({ two: 2 });
      const directory = await store.putDirectory({ 'b/one.txt': one, 'two.json': two });
      expect(directory).toEqual(await store.putDirectory({ 'two.json': two, 'b/one.txt': one }));
      expect((await store.readDirectory(directory)).files).toEqual({ 'b/one.txt': one, 'two.json': two });
      await store.download(directory, join(folder, 'directory'));
      expect(await readFile(join(folder, 'directory', 'b', 'one.txt'), 'utf8')).toBe('one');
      expect(await readFile(join(folder, 'directory', 'two.json'), 'utf8')).toBe('{"two":2}');
    });

    it('has a directory only where it has every file of it', async () => {
      const file = await store.putBytes('in a directory', plain);
      const directory = await store.putDirectory({ nested: await store.putDirectory({ file }) });
      expect(await store.has(directory)).toBe(true);
      await objects.remove(blobKey(file.digest));
      expect(await store.has(directory)).toBe(false);
    });

    it.each(['../outside', '/absolute', 'a/../../b', 'a//b', './a', '..'])(
      'refuses %j as a name in a directory, written or read',
      async (path) => {
        const file = await store.putBytes('x', plain);
        await expect(store.putDirectory({ [path]: file })).rejects.toMatchObject({ type: 'InvalidInput' });
        const forged = await store.putJson({ files: { [path]: file } }, mediaTypes.directory);
        const download = store.download(forged, join(folder, 'forged', 'deep'));
        await expect(download).rejects.toMatchObject({ type: 'InvalidInput' });
      },
    );
  });
}
