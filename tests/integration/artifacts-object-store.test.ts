// The bucket's contract on a real MinIO, and what only a real server can do: lock objects, refuse, fall silent, die.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { Client } from 'minio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMinioObjectStore } from '../../artifacts/minio-object-store.ts';
import type { ObjectStore } from '../../artifacts/object-store.ts';
import { readObject } from '../../artifacts/object-store.ts';
import type { TestMinio } from '../support/minio.ts';
import { startMinio } from '../support/minio.ts';
import { describeObjectStore } from '../support/object-store-contract.ts';
import type { TestStore } from '../support/test-store.ts';
import { startVersitygw } from '../support/versitygw.ts';

let minio: TestMinio;
let gateway: TestStore;
let plainGateway: TestStore;

beforeAll(async () => {
  [minio, gateway, plainGateway] = await Promise.all([
    startMinio(),
    startVersitygw({ versioning: true }),
    startVersitygw({ versioning: false }),
  ]);
});
afterAll(() => Promise.all([minio, gateway, plainGateway].map((store) => store.stop())));

const open = (
  bucket: string,
  overrides: Partial<Parameters<typeof createMinioObjectStore>[0]> = {},
): ObjectStore => createMinioObjectStore({ ...minio, region: 'us-east-1', bucket, ...overrides });

describeObjectStore('MinIO', async () => {
  const objects = open('contract');
  await objects.ensureBucket({ objectLock: false });
  return objects;
});

describeObjectStore('MinIO with object lock', async () => {
  const objects = open('contract-locked');
  await objects.ensureBucket({ objectLock: true });
  return objects;
});

describeObjectStore('Versity S3 Gateway', async () => {
  const objects = open('contract', plainGateway);
  await objects.ensureBucket({ objectLock: false });
  return objects;
});

describeObjectStore('Versity S3 Gateway with object lock', async () => {
  const objects = open('contract-locked', gateway);
  await objects.ensureBucket({ objectLock: true });
  return objects;
});

describe('MinIO as an object store', () => {
  it('locks the objects of a bucket that is asked to, and says where a bucket has no lock', async () => {
    const locked = open('locked');
    expect(await locked.ensureBucket({ objectLock: true, retentionDays: 7 })).toEqual({ objectLock: true });
    expect(await locked.ensureBucket({ objectLock: true })).toEqual({ objectLock: true });
    await locked.put('ledger/1', Buffer.from('entry'));
    const { hostname, port } = new URL(minio.endpoint);
    const client = new Client({ ...minio, endPoint: hostname, port: Number(port), useSSL: false });
    const { versionId } = await client.statObject('locked', 'ledger/1');
    await expect(client.removeObject('locked', 'ledger/1', { versionId: versionId ?? '' })).rejects.toThrow(
      /WORM/,
    );

    const plain = open('plain');
    await plain.ensureBucket({ objectLock: false });
    expect(await plain.ensureBucket({ objectLock: true })).toEqual({ objectLock: false });
  });

  it('uploads in parts what is large', async () => {
    const objects = open('large');
    await objects.ensureBucket({ objectLock: false });
    await objects.put('parts', Buffer.alloc(70 * 1024 * 1024, 'coppice'));
    expect((await objects.stat('parts'))?.etag).toMatch(/-5$/);
  });

  it('fails with the failure of a body that breaks off, and stores nothing', async () => {
    const objects = open('broken');
    await objects.ensureBucket({ objectLock: false });
    const broken = (sizeBytes: number) => ({
      sizeBytes,
      slice: (start: number, end: number) =>
        Readable.from(
          (async function* () {
            yield await Promise.resolve(Buffer.alloc((end - start) / 2));
            throw new Error('the file broke');
          })(),
        ),
    });
    for (const sizeBytes of [300_000, 80 * 1024 * 1024]) {
      await expect(objects.put('half', broken(sizeBytes))).rejects.toThrow(/the file broke.*put half/);
    }
    expect(await objects.stat('half')).toBeUndefined();
  });

  it('names address, bucket and object in one line where nobody listens', async () => {
    const nobody = open('gone', { endpoint: 'http://127.0.0.1:9' });
    const failure = await nobody.get('blobs/1').catch((error: unknown) => error);
    expect(failure).toMatchObject({ type: 'ArtifactStoreUnavailable' });
    expect(String(failure)).toMatch(
      /^[^\n]*http:\/\/127\.0\.0\.1:9\/gone[^\n]*ECONNREFUSED[^\n]*get blobs\/1[^\n]*$/,
    );
    await expect(readObject(nobody, 'blobs/1')).rejects.toMatchObject({ type: 'ArtifactStoreUnavailable' });
    await expect(nobody.ensureBucket({ objectLock: true })).rejects.toMatchObject({
      type: 'ArtifactStoreUnavailable',
    });
    await expect(nobody.list('x').next()).rejects.toMatchObject({ type: 'ArtifactStoreUnavailable' });
  });

  it('tells wrong credentials and a missing bucket from a store that is down', async () => {
    const wrong = open('contract', { secretKey: 'not the secret' });
    await expect(wrong.stat('x')).rejects.toMatchObject({ type: 'InvalidInput' });
    await expect(open('no-such-bucket').put('x', Buffer.from('x'))).rejects.toMatchObject({
      type: 'InvalidInput',
    });
  });

  it('gives up on a server that falls silent, before its answer and within it', async () => {
    const silent = createServer((request, response) => {
      if (request.url?.includes('half') !== true) return;
      response.writeHead(200, { 'content-length': 100, etag: '"x"' });
      response.write('half of it');
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const objects = open('silent', { endpoint, silenceMs: 200 });
    await expect(objects.stat('nothing')).rejects.toMatchObject({ type: 'ArtifactStoreUnavailable' });
    await expect(readObject(objects, 'half')).rejects.toMatchObject({ type: 'ArtifactStoreUnavailable' });
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('says that a server which answers 503 is not available', async () => {
    const busy = createServer((_request, response) => response.writeHead(503).end());
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(busy.address() as AddressInfo).port}`;
    const objects = open('busy', { endpoint });
    await expect(objects.get('x')).rejects.toMatchObject({ type: 'ArtifactStoreUnavailable' });
    await expect(objects.put('x', Buffer.alloc(300_000))).rejects.toMatchObject({
      type: 'ArtifactStoreUnavailable',
    });
    busy.closeAllConnections();
    await new Promise((resolve) => busy.close(resolve));
  });
});
