// What every bucket must do, whoever stores it: the suite runs on the fake and on the real one.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { multipartFromBytes } from '../../artifacts/multipart-upload.ts';
import type { ObjectStore } from '../../artifacts/object-store.ts';
import { ObjectChanged, ObjectExists, putIfAbsent, readObject } from '../../artifacts/object-store.ts';
import { slicesOfFile } from '../../artifacts/sliced-body.ts';

async function keysOf(objects: ObjectStore, prefix: string, after?: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list(prefix, after === undefined ? {} : { after })) keys.push(key);
  return keys;
}

/** @param create a bucket that is empty, and exists */
export function describeObjectStore(name: string, create: () => Promise<ObjectStore>): void {
  describe(`object store: ${name}`, () => {
    let objects: ObjectStore;
    beforeAll(async () => {
      objects = await create();
    });

    it('gives back the bytes that were put, with their size and etag', async () => {
      await objects.put('a/bytes', Buffer.from('한국어 and bytes \0'), { contentType: 'text/plain' });
      const { stream, sizeBytes, etag } = await objects.get('a/bytes');
      expect((await buffer(stream)).toString()).toBe('한국어 and bytes \0');
      expect(sizeBytes).toBe(Buffer.byteLength('한국어 and bytes \0'));
      expect(await objects.stat('a/bytes')).toMatchObject({ key: 'a/bytes', sizeBytes, etag });
      expect((await objects.stat('a/bytes'))?.lastModified).toBeInstanceOf(Date);
    });

    it('stores an object without a byte', async () => {
      await objects.put('a/empty', Buffer.alloc(0));
      expect(await readObject(objects, 'a/empty')).toEqual(Buffer.alloc(0));
      expect((await objects.stat('a/empty'))?.sizeBytes).toBe(0);
    });

    it.each([0, 1_000, 300_000])('takes %i bytes from a file', async (sizeBytes) => {
      const bytes = Buffer.alloc(sizeBytes, 'coppice');
      const folder = await mkdtemp(join(tmpdir(), 'coppice-test-'));
      await writeFile(join(folder, 'bytes'), bytes);
      await objects.put('a/from-file', slicesOfFile(join(folder, 'bytes'), sizeBytes));
      await rm(folder, { recursive: true });
      expect((await readObject(objects, 'a/from-file'))?.equals(bytes)).toBe(true);
    });

    it('takes an object of several parts, and gives it back whole', async () => {
      const bytes = Buffer.alloc(multipartFromBytes + 1_000_001, 'a part of coppice ');
      await objects.put('a/large', bytes);
      const { stream, sizeBytes } = await objects.get('a/large');
      expect(sizeBytes).toBe(bytes.length);
      expect((await buffer(stream)).equals(bytes)).toBe(true);
    });

    it('reads what is small in one piece, and of what is larger than it should be no more than needed', async () => {
      await objects.put('a/small', Buffer.alloc(300_000, 'small'));
      expect((await objects.read('a/small')).equals(Buffer.alloc(300_000, 'small'))).toBe(true);
      expect((await objects.read('a/small', 10)).length).toBeGreaterThan(10);
      await expect(objects.read('a/absent')).rejects.toMatchObject({ type: 'ArtifactNotFound' });
    });

    it('goes on with a reading where one broke off, and refuses to with another object', async () => {
      const bytes = Buffer.from('read to the middle, then the rest');
      await objects.put('a/begun', bytes);
      const { etag } = await objects.get('a/begun');
      const { stream, sizeBytes } = await objects.get('a/begun', { start: 19, etag });
      expect((await buffer(stream)).toString()).toBe(' then the rest');
      expect(sizeBytes).toBe(bytes.length);
      await objects.put('a/begun', Buffer.from('now it is another, of about the same size'));
      await expect(objects.get('a/begun', { start: 19, etag })).rejects.toBeInstanceOf(ObjectChanged);
    });

    it('replaces an object by a later put', async () => {
      await objects.put('a/replaced', Buffer.from('one'));
      await objects.put('a/replaced', Buffer.from('two, longer'));
      expect((await readObject(objects, 'a/replaced'))?.toString()).toBe('two, longer');
    });

    it('fails with ArtifactNotFound for what is not there, and has no look at it', async () => {
      await expect(objects.get('a/absent')).rejects.toMatchObject({ type: 'ArtifactNotFound' });
      await expect(objects.copy('a/absent', 'a/copy')).rejects.toMatchObject({ type: 'ArtifactNotFound' });
      expect(await objects.stat('a/absent')).toBeUndefined();
      expect(await readObject(objects, 'a/absent')).toBeUndefined();
    });

    it('refuses a conditional write of a key that is taken, and keeps what stood there', async () => {
      await objects.put('a/once', Buffer.from('first'), { ifNoneMatch: true });
      const second = objects.put('a/once', Buffer.from('second'), { ifNoneMatch: true });
      await expect(second).rejects.toBeInstanceOf(ObjectExists);
      expect((await readObject(objects, 'a/once'))?.toString()).toBe('first');
    });

    it('lets one of many simultaneous conditional writes win', async () => {
      const writers = Array.from({ length: 8 }, (_, index) =>
        putIfAbsent(objects, 'a/race', Buffer.from(`writer ${index}`)),
      );
      const won = (await Promise.all(writers)).flatMap((wrote, index) => (wrote ? [index] : []));
      expect(won).toHaveLength(1);
      expect((await readObject(objects, 'a/race'))?.toString()).toBe(`writer ${won[0]}`);
    });

    it('lists a prefix in the order of the keys, after a key where one is given', async () => {
      for (const key of ['l/b/2', 'l/a-b/1', 'l/b/10', 'l/a/1', 'other/1', 'l/한국/1']) {
        await objects.put(key, Buffer.from(key));
      }
      expect(await keysOf(objects, 'l/')).toEqual(['l/a-b/1', 'l/a/1', 'l/b/10', 'l/b/2', 'l/한국/1']);
      expect(await keysOf(objects, 'l/b')).toEqual(['l/b/10', 'l/b/2']);
      expect(await keysOf(objects, 'l/', 'l/b/10')).toEqual(['l/b/2', 'l/한국/1']);
      expect(await keysOf(objects, 'l/', 'l/a/~')).toEqual(['l/b/10', 'l/b/2', 'l/한국/1']);
      expect(await keysOf(objects, 'nothing/')).toEqual([]);
    });

    it('says of a listed object what a look at it says', async () => {
      await objects.put('m/one', Buffer.from('one'));
      for await (const { key, sizeBytes, etag } of objects.list('m/')) {
        expect({ key, sizeBytes, etag }).toMatchObject({ key: 'm/one', sizeBytes: 3 });
        expect((await objects.stat(key))?.etag).toBe(etag);
      }
      expect(await keysOf(objects, 'm/')).toHaveLength(1);
    });

    it('lists more objects than the store gives in one answer', async () => {
      const keys = Array.from({ length: 1_003 }, (_, index) => `n/${String(index).padStart(4, '0')}`);
      for (let start = 0; start < keys.length; start += 32) {
        await Promise.all(keys.slice(start, start + 32).map((key) => objects.put(key, Buffer.from('x'))));
      }
      expect(await keysOf(objects, 'n/')).toEqual(keys);
      expect(await keysOf(objects, 'n/', 'n/0999')).toEqual(['n/1000', 'n/1001', 'n/1002']);
    });

    it('copies an object', async () => {
      await objects.put('a/from', Buffer.from('copied'));
      await objects.copy('a/from', 'b/to');
      expect((await readObject(objects, 'b/to'))?.toString()).toBe('copied');
      expect((await readObject(objects, 'a/from'))?.toString()).toBe('copied');
    });

    it('removes an object, and does not mind one that is gone', async () => {
      await objects.put('a/removed', Buffer.from('x'));
      await objects.remove('a/removed');
      await objects.remove('a/removed');
      expect(await objects.stat('a/removed')).toBeUndefined();
      expect(await keysOf(objects, 'a/removed')).toEqual([]);
    });

    it('finds its bucket when it is asked for again', async () => {
      const before = await objects.ensureBucket({ objectLock: false });
      expect(await objects.ensureBucket({ objectLock: false })).toEqual(before);
    });
  });
}
