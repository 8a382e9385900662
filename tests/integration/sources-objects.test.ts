// A prefix in a bucket of a real MinIO, with what goes wrong on the way to it.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createMinioObjectStore } from '../../artifacts/minio-object-store.ts';
import { openBucketReader } from '../../artifacts/open.ts';
import { objectPrefixSourceSchema } from '../../contracts/model-spec/collection.ts';
import { Secret } from '../../settings/secret.ts';
import { createSource } from '../../sources/create-source.ts';
import type { Cursor } from '../../sources/source.ts';
import { openLoopback } from '../support/loopback.ts';
import { startMinio, type TestMinio } from '../support/minio.ts';
import { type Fault, type StoreProxy, startStoreProxy } from '../support/store-proxy.ts';
import { collectAll, describeAll } from '../unit/sources/support.ts';

const LIMIT = 200_000; // bytes of an object

let minio: TestMinio;
let proxy: StoreProxy;
const bucket = () =>
  createMinioObjectStore({ ...minio, endpoint: minio.endpoint, region: 'us-east-1', bucket: 'texts' });
const put = (key: string, text: string): Promise<void> => bucket().put(key, Buffer.from(text));

beforeAll(async () => {
  minio = await startMinio();
  proxy = await startStoreProxy(minio.endpoint);
  await bucket().ensureBucket({ objectLock: false });
});
afterAll(async () => {
  await proxy.stop();
  await minio.stop();
});
afterEach(() => {
  proxy.fault = () => undefined;
  proxy.requests.length = 0;
});

/** Reads a prefix as a worker does, of the store that stands at an address. */
function source(prefix: string, endpoint = proxy.endpoint) {
  const { accessKey, secretKey } = minio;
  const store = {
    ...{ endpoint, accessKey, secretKey: new Secret(secretKey), region: 'us-east-1' },
    ...{ consoleUrl: '', artifactsBucket: 'artifacts', registryBucket: 'registry' },
  };
  const spec = objectPrefixSourceSchema.parse({
    ...{ kind: 'object-prefix', name: 'feed', bucket: 'texts', prefix, maximumObjectBytes: LIMIT },
  });
  return createSource(spec, { baseDirectory: '/', objects: openBucketReader({ store, home: '/' }) });
}

const isRead = (url: string, key: string): boolean => url.split('?')[0].endsWith(key);

describe('a prefix in a bucket', () => {
  it.each<[string, Fault]>([
    ['is busy', { kind: 'answer', status: 503 }],
    ['loses its connection', { kind: 'lose-answer' }],
    ['breaks off in an object', { kind: 'cut-answer', afterBytes: 1_000 }],
  ])('comes whole where the store %s for a moment', async (name, fault) => {
    const prefix = `${name.replaceAll(' ', '-')}/`;
    await put(`${prefix}a.txt`, 'a'.repeat(150_000));
    await put(`${prefix}b.txt`, 'b');
    let faults = 0;
    proxy.fault = ({ url }) => (isRead(url, '/a.txt') && (faults += 1) === 1 ? fault : undefined);
    const [first, second] = await collectAll(source(prefix));
    expect([first, second]).toMatchObject([
      { document: { id: 'feed/a.txt', content: { data: 'a'.repeat(150_000) } } },
      { document: { id: 'feed/b.txt' } },
    ]);
    expect(faults).toBeGreaterThan(1);
  });

  it('ends as something that passes where the store is gone, and the next run asks for nothing that came', async () => {
    for (const name of ['a', 'b', 'c']) await put(`gone/${name}.txt`, name);
    proxy.fault = ({ url }) => (isRead(url, '/b.txt') ? { kind: 'lose-answer' } : undefined);
    const cursors: Cursor[] = [];
    const run = async () => {
      for await (const item of source('gone/').collect(undefined, new AbortController().signal))
        cursors.push(item.cursor());
    };
    await expect(run()).rejects.toMatchObject({ type: 'ArtifactStoreUnavailable' });
    expect(cursors).toHaveLength(1);
    proxy.fault = () => undefined;
    proxy.requests.length = 0;
    expect(await describeAll(source('gone/'), cursors[0])).toEqual(['feed/b.txt', 'feed/c.txt']);
    expect(proxy.requests.filter(({ url }) => isRead(url, '/a.txt'))).toEqual([]);
  });

  it('is not read beyond the limit where an object has grown since it was listed', async () => {
    await put('grown/a.txt', 'a');
    await put('grown/b.txt', 'b');
    const items: unknown[] = [];
    for await (const item of source('grown/').collect(undefined, new AbortController().signal)) {
      items.push(item);
      await put('grown/b.txt', 'b'.repeat(20 * LIMIT));
    }
    expect(items).toMatchObject([
      { document: { id: 'feed/a.txt' } },
      { problem: { reason: `larger than ${LIMIT} bytes` } },
    ]);
  });

  it('is asked of the store alone: nowhere else where that leads, and at no address of a model file', async () => {
    const asked: (string | undefined)[] = [];
    const inside = await openLoopback(({ url }, response) => {
      asked.push(url);
      response.end();
    });
    const leading = await openLoopback(({ url = '' }, response) => {
      response.writeHead(307, { location: `${inside}${url}` }).end();
    });
    await expect(collectAll(source('', leading))).rejects.toThrow();
    expect(asked).toEqual([]);
    const other = { kind: 'object-prefix', name: 'feed', bucket: 'texts', endpoint: inside };
    expect(objectPrefixSourceSchema.safeParse(other).success).toBe(false);
  });
});
