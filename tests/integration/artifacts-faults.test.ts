// What goes wrong between the artifact store and a real MinIO: broken connections, killed processes, a store that
// answers 503, slowly, or with other bytes. Nothing wrong is given out, and the message names the object.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ArtifactStore, createArtifactStore } from '../../artifacts/artifact-store.ts';
import { blobKey } from '../../artifacts/blobs.ts';
import { createMinioObjectStore } from '../../artifacts/minio-object-store.ts';
import { ObjectExists } from '../../artifacts/object-store.ts';
import { slicesOfFile } from '../../artifacts/sliced-body.ts';
import type { TestMinio } from '../support/minio.ts';
import { startMinio } from '../support/minio.ts';
import { poll } from '../support/poll.ts';
import { type Fault, type StoreProxy, startStoreProxy } from '../support/store-proxy.ts';

const plain = { mediaType: 'text/plain' };
const mebibyte = 1024 * 1024;
const partBytes = 16 * mebibyte;
const largeBytes = 100 * mebibyte + 1;

let minio: TestMinio;
let proxy: StoreProxy;
let folder: string;
const openBucket = (bucket: string, endpoint: string) =>
  createMinioObjectStore({ ...minio, endpoint, region: 'us-east-1', bucket, silenceMs: 5_000 });

beforeAll(async () => {
  minio = await startMinio();
  proxy = await startStoreProxy(minio.endpoint);
  folder = await mkdtemp(join(tmpdir(), 'coppice-test-'));
  await openBucket('faults', minio.endpoint).ensureBucket({ objectLock: false });
});
afterAll(async () => {
  await proxy.stop();
  await minio.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => {
  proxy.fault = () => undefined;
  proxy.requests.length = 0;
});

/** Through the proxy. */
const objects = () => openBucket('faults', proxy.endpoint);
const store = (): ArtifactStore => createArtifactStore(objects());
/** Bytes that no other test has, and no two parts of which are equal. */
function bytesOf(name: string, sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes, `${name} of coppice, `);
  for (let start = 0; start < sizeBytes; start += mebibyte) bytes.write(`at ${start} `, start);
  return bytes;
}
const partPuts = () =>
  proxy.requests.filter(({ method, url }) => method === 'PUT' && url.includes('partNumber='));
const partOf = (url: string): number => Number(/partNumber=(\d+)/.exec(url)?.[1]);

/** The first requests that match suffer, as many as there are faults. */
function suffer(matches: (request: { method: string; url: string }) => boolean, faults: Fault[]): void {
  const rest = [...faults];
  proxy.fault = (request) => (matches(request) ? rest.shift() : undefined);
}
const isGet = ({ method }: { method: string }): boolean => method === 'GET';
const isPut = ({ method }: { method: string }): boolean => method === 'PUT';

describe('an upload in parts', () => {
  it('sends a part again whose connection broke, and no other', async () => {
    suffer(({ url }) => url.includes('partNumber=2'), [{ kind: 'cut-request', afterBytes: mebibyte }]);
    const bytes = bytesOf('a broken part', largeBytes);
    const reference = await store().putBytes(bytes, plain);
    expect(
      partPuts()
        .map(({ url }) => partOf(url))
        .sort((a, b) => a - b),
    ).toEqual([1, 2, 2, 3, 4, 5, 6, 7]);
    expect((await store().readBytes(reference)).equals(bytes)).toBe(true);
  });

  it('goes on with what is missing after it was given up', async () => {
    const bytes = bytesOf('given up', largeBytes);
    const path = join(folder, 'given-up');
    await writeFile(path, bytes);
    proxy.fault = ({ url }) => (partOf(url) >= 4 ? { kind: 'answer', status: 503 } : undefined);
    const body = slicesOfFile(path, bytes.length);
    await expect(objects().put('given-up', body)).rejects.toMatchObject({
      type: 'ArtifactStoreUnavailable',
      message: expect.stringMatching(/503.*put given-up/) as string,
    });
    proxy.fault = () => undefined;
    proxy.requests.length = 0;
    await objects().put('given-up', body);
    expect(
      partPuts()
        .map(({ url }) => partOf(url))
        .sort((a, b) => a - b),
    ).toEqual([4, 5, 6, 7]);
    expect((await objects().stat('given-up'))?.sizeBytes).toBe(bytes.length);
  });

  it('sends a part again that arrived with other bytes', async () => {
    const path = join(folder, 'other-bytes');
    const bytes = bytesOf('other bytes', largeBytes);
    proxy.fault = ({ url }) => (partOf(url) >= 3 ? { kind: 'answer', status: 403 } : undefined);
    const wrong = Buffer.from(bytes);
    wrong[0] ^= 1;
    await writeFile(path, wrong);
    await expect(objects().put('other', slicesOfFile(path, bytes.length))).rejects.toThrow(/put other/);
    proxy.fault = () => undefined;
    proxy.requests.length = 0;
    await objects().put('other', bytes);
    expect(
      partPuts()
        .map(({ url }) => partOf(url))
        .sort((a, b) => a - b),
    ).toEqual([1, 3, 4, 5, 6, 7]);
  });

  it('goes on where a process was killed', async () => {
    const path = join(folder, 'killed');
    const bytes = bytesOf('killed', largeBytes);
    await writeFile(path, bytes);
    // The last parts hang, so that there is a moment to kill the process in.
    proxy.fault = ({ url }) => (partOf(url) >= 5 ? { kind: 'hang' } : undefined);
    const program = fileURLToPath(new URL('../support/upload-file.ts', import.meta.url));
    const place = JSON.stringify({
      ...minio,
      endpoint: proxy.endpoint,
      bucket: 'faults',
      key: 'killed',
      path,
    });
    const child = spawn(process.execPath, ['--import', 'tsx', program, place], { stdio: 'inherit' });
    const arrived = () => partPuts().filter(({ url, status }) => partOf(url) < 5 && status === 200);
    await poll('four parts have arrived', () => arrived().length === 4, 60_000);
    child.kill('SIGKILL');
    await once(child, 'exit');
    proxy.fault = () => undefined;
    proxy.requests.length = 0;
    await objects().put('killed', slicesOfFile(path, bytes.length));
    expect(partPuts().filter(({ url }) => partOf(url) < 5)).toEqual([]);
    expect((await objects().stat('killed'))?.sizeBytes).toBe(bytes.length);
  });

  it('is one object where two processes upload it at once', async () => {
    const bytes = bytesOf('two at once', largeBytes);
    const [one, two] = await Promise.all([store().putBytes(bytes, plain), store().putBytes(bytes, plain)]);
    expect(one).toEqual(two);
    expect((await store().readBytes(one)).equals(bytes)).toBe(true);
  });
});

describe('a download', () => {
  it('goes on by range where its connection broke, on disk and in memory', async () => {
    const bytes = bytesOf('a broken download', largeBytes);
    const reference = await store().putBytes(bytes, plain);
    proxy.requests.length = 0;
    const cuts: Fault[] = [30, 20].map((some) => ({ kind: 'cut-answer', afterBytes: some * mebibyte }));
    suffer(isGet, cuts);
    const path = join(folder, 'downloaded');
    await store().download(reference, path);
    expect((await readFile(path)).equals(bytes)).toBe(true);
    const starts = proxy.requests.map(({ range }) => Number(/bytes=(\d+)-/.exec(range ?? 'bytes=0-')?.[1]));
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(starts.filter((start) => start > partBytes)).toHaveLength(2);

    suffer(isGet, cuts);
    expect((await store().readBytes(reference)).equals(bytes)).toBe(true);
  });

  it('goes on where a process was killed', async () => {
    const bytes = bytesOf('a killed download', 40 * mebibyte);
    const reference = await store().putBytes(bytes, plain);
    // Slower by the piece, so that there is a moment to kill the process in.
    proxy.fault = (request) => (isGet(request) ? { kind: 'slow-answer', pieceMs: 20 } : undefined);
    const path = join(folder, 'killed-download', 'file');
    const program = fileURLToPath(new URL('../support/download-artifact.ts', import.meta.url));
    const place = { ...minio, endpoint: proxy.endpoint, bucket: 'faults', reference, path };
    const child = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(place)], {
      stdio: 'inherit',
    });
    const left = async () => {
      const names = await readdir(join(folder, 'killed-download')).catch(() => []);
      return names.length === 0 ? 0 : (await stat(join(folder, 'killed-download', names[0]))).size;
    };
    const some = await poll(
      'some megabytes have arrived',
      async () => {
        const size = await left();
        return size > 3 * mebibyte ? size : undefined;
      },
      60_000,
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    proxy.fault = () => undefined;
    proxy.requests.length = 0;
    await store().download(reference, path);
    const [first] = proxy.requests.filter(isGet);
    expect(Number(/^bytes=(\d+)-$/.exec(first.range ?? '')?.[1])).toBeGreaterThanOrEqual(some);
    expect((await readFile(path)).equals(bytes)).toBe(true);
    expect(await readdir(join(folder, 'killed-download'))).toEqual(['file']);
  });

  it('gives up where every connection breaks, names the object, and leaves nothing on disk', async () => {
    const reference = await store().putBytes(bytesOf('ever broken', mebibyte), plain);
    proxy.fault = ({ method }) => (method === 'GET' ? { kind: 'cut-answer', afterBytes: 0 } : undefined);
    const path = join(folder, 'ever-broken', 'file');
    await expect(store().download(reference, path)).rejects.toMatchObject({
      type: 'ArtifactStoreUnavailable',
      message: expect.stringContaining(blobKey(reference.digest)) as string,
    });
    expect(await readdir(join(folder, 'ever-broken'))).toEqual([]);
  });

  it('fails where the object became another between two ranges', async () => {
    const before = bytesOf('before', 2 * mebibyte);
    await objects().put('changing', before);
    suffer(isGet, [{ kind: 'cut-answer', afterBytes: mebibyte }]);
    const { stream } = await objects().get('changing');
    await openBucket('faults', minio.endpoint).put('changing', bytesOf('after', 2 * mebibyte));
    const read = async () => {
      for await (const chunk of stream) expect(chunk).toBeDefined();
    };
    await expect(read()).rejects.toMatchObject({
      type: 'ArtifactStoreUnavailable',
      message: expect.stringMatching(/PreconditionFailed.*get changing/) as string,
    });
  });

  it('is called damaged on its way where the wire flips a bit, and the stored object stays', async () => {
    const bytes = bytesOf('flipped on the wire', mebibyte);
    const reference = await store().putBytes(bytes, plain);
    suffer(isGet, [{ kind: 'flip' }]);
    await expect(store().readBytes(reference)).rejects.toMatchObject({
      type: 'ArtifactStoreUnavailable',
      message: expect.stringContaining(blobKey(reference.digest)) as string,
    });
    expect((await store().readBytes(reference)).equals(bytes)).toBe(true);
  });
});

describe('a connection that the store gave up while nobody looked at it', () => {
  it('is made anew for whatever is asked', async () => {
    const bytes = bytesOf('a small object', 1_000);
    suffer(isPut, [{ kind: 'cut-request', afterBytes: 0 }]);
    const { digest } = await store().putBytes(bytes, plain);
    for (const [method, ask] of [
      ['HEAD', () => objects().stat(blobKey(digest))],
      ['DELETE', () => objects().remove(blobKey(digest))],
    ] as const) {
      suffer((request) => request.method === method, [{ kind: 'lose-answer' }]);
      await ask();
      expect(proxy.requests.filter((request) => request.method === method)).toHaveLength(2);
      proxy.requests.length = 0;
    }
    expect(await objects().stat(blobKey(digest))).toBeUndefined();
  });

  it('costs no writer the key that it had won before the answer was lost', async () => {
    const put = (body: string) => objects().put('the first prize', Buffer.from(body), { ifNoneMatch: true });
    suffer(isPut, [{ kind: 'lose-answer' }]);
    await put('mine');
    suffer(isPut, [{ kind: 'lose-answer' }]);
    await expect(put('another')).rejects.toThrow(ObjectExists);
    expect(proxy.requests.filter(isPut).map(({ status }) => status)).toEqual([200, 412, 412, 412]);
  });
});

describe('a store that is busy', () => {
  it('is asked again where it answers 503 for a moment', async () => {
    suffer(isPut, [
      { kind: 'answer', status: 503 },
      { kind: 'answer', status: 503 },
    ]);
    const bytes = bytesOf('busy for a moment', mebibyte);
    const reference = await store().putBytes(bytes, plain);
    suffer(isGet, [{ kind: 'answer', status: 503 }]);
    expect((await store().readBytes(reference)).equals(bytes)).toBe(true);
  });

  it('fails retryably where it goes on, and the message names the object', async () => {
    const reference = await store().putBytes(bytesOf('busy for long', mebibyte), plain);
    proxy.fault = () => ({ kind: 'answer', status: 503 });
    const failure = {
      type: 'ArtifactStoreUnavailable',
      message: expect.stringContaining(blobKey(reference.digest)) as string,
    };
    await expect(store().readBytes(reference)).rejects.toMatchObject(failure);
    await expect(store().has(reference)).rejects.toMatchObject(failure);
    await expect(store().putBytes(bytesOf('busy for long', mebibyte), plain)).rejects.toMatchObject(failure);
  });

  it('is waited for while it sends, however slowly', async () => {
    const bytes = bytesOf('slow', mebibyte);
    const reference = await store().putBytes(bytes, plain);
    suffer(isGet, [{ kind: 'slow-answer', pieceMs: 20 }]);
    expect((await store().readBytes(reference)).equals(bytes)).toBe(true);
  });

  it('is found out where it answers with another object', async () => {
    const mine = await store().putBytes(bytesOf('mine', 300_000), plain);
    suffer(isGet, [{ kind: 'answer', status: 200, body: 'quite another object' }]);
    await expect(store().readBytes(mine)).rejects.toMatchObject({
      message: expect.stringContaining(blobKey(mine.digest)) as string,
    });
    await openBucket('faults', minio.endpoint).put(blobKey(mine.digest), bytesOf('yours', 300_000));
    await expect(store().readBytes(mine)).rejects.toMatchObject({
      type: 'ArtifactCorrupt',
      message: expect.stringMatching(new RegExp(`${blobKey(mine.digest)} is corrupt.*quarantine/`)) as string,
    });
  });
});

describe('conflicting writers', () => {
  it('agree on one object where they write the same bytes, and on one winner where the key is the prize', async () => {
    const stores = [1, 2, 3, 4].map(() => store());
    const references = await Promise.all(stores.map((one) => one.putBytes('the same bytes', plain)));
    expect(new Set(references.map(({ digest }) => digest)).size).toBe(1);
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].map((writer) =>
        objects().put('prize', Buffer.from(`writer ${writer}`), { ifNoneMatch: true }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ name: 'ObjectExists', key: 'prize' });
  });
});
