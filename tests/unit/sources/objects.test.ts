import { describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import { objectPrefixSourceSchema } from '../../../contracts/model-spec/collection.ts';
import { createSource } from '../../../sources/create-source.ts';
import type { ObjectReader, Source } from '../../../sources/source.ts';
import { collectAll, describeAll, lastCursor, memoryObjects } from './support.ts';

function prefixSource(objects: ObjectReader): Source {
  const spec = objectPrefixSourceSchema.parse({
    kind: 'object-prefix',
    name: 'feed',
    bucket: 'data',
    prefix: 'in/',
    maximumObjectBytes: 50,
  });
  return createSource(spec, { baseDirectory: '/', objects });
}

describe('object-prefix source', () => {
  it('brings the objects under the prefix and sets aside what is no text or too large', async () => {
    const objects = new Map<string, string | Uint8Array>([
      ['data/in/', ''],
      ['data/in/b.txt', 'b'],
      ['data/in/a/x.txt', 'x'],
      ['data/in/big.txt', 'x'.repeat(51)],
      ['data/in/c.bin', Buffer.alloc(4)],
      ['data/out/d.txt', 'd'],
    ]);
    expect(await describeAll(prefixSource(memoryObjects(objects)))).toEqual([
      'feed/a/x.txt',
      'feed/b.txt',
      'big.txt: larger than 50 bytes',
      'c.bin: not text',
    ]);
  });

  it('brings what is new or has changed, wherever its key stands', async () => {
    const objects = new Map([
      ['data/in/m.txt', 'm'],
      ['data/in/n.txt', 'n'],
    ]);
    const source = prefixSource(memoryObjects(objects));
    const cursor = await lastCursor(source);
    expect(await describeAll(source, cursor)).toEqual([]);
    objects.set('data/in/a.txt', 'new').set('data/in/n.txt', 'changed');
    expect(await describeAll(source, cursor)).toEqual(['feed/a.txt', 'feed/n.txt']);
  });

  it('sets aside an object that has gone meanwhile and tries it again, and stops when the store is down', async () => {
    const whole = memoryObjects(
      new Map([
        ['data/in/a.txt', 'a'],
        ['data/in/b.txt', 'b'],
      ]),
    );
    const failing = (type: 'ArtifactNotFound' | 'ArtifactStoreUnavailable'): Source =>
      prefixSource({
        ...whole,
        read: (bucket, key) =>
          key === 'in/a.txt' ? Promise.reject(new CoppiceFailure(type, 'no')) : whole.read(bucket, key),
      });
    const gone = failing('ArtifactNotFound');
    expect(await describeAll(gone)).toEqual(['a.txt: unreadable (ArtifactNotFound)', 'feed/b.txt']);
    expect(await describeAll(prefixSource(whole), await lastCursor(gone))).toEqual(['feed/a.txt']);
    await expect(collectAll(failing('ArtifactStoreUnavailable'))).rejects.toMatchObject({
      type: 'ArtifactStoreUnavailable',
    });
  });

  it('needs an object store', () => {
    const spec = objectPrefixSourceSchema.parse({ kind: 'object-prefix', name: 'feed', bucket: 'data' });
    expect(() => createSource(spec, { baseDirectory: '/' })).toThrow('no object store is configured');
  });
});
