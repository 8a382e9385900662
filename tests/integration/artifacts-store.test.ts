// Artifact store and registry on a real MinIO, opened as the processes open them, and damaged on its disk.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blobKey } from '../../artifacts/blobs.ts';
import { createMinioObjectStore } from '../../artifacts/minio-object-store.ts';
import type { ObjectStore } from '../../artifacts/object-store.ts';
import { openRegistryWriter, openStore } from '../../artifacts/open.ts';
import { ledgerKey } from '../../artifacts/registry/ledger.ts';
import { readSettings } from '../../settings/settings.ts';
import { describeArtifactStore } from '../support/artifact-store-contract.ts';
import { codeOf } from '../support/code.ts';
import { startMinio } from '../support/minio.ts';
import { describeRegistry } from '../support/registry-contract.ts';
import { commitOf, model, promote, register } from '../support/registry-fixtures.ts';
import type { TestStore } from '../support/test-store.ts';
import { startVersitygw } from '../support/versitygw.ts';

let minio: TestStore;
let gateway: TestStore;
let home: string;
let buckets = 0;

beforeAll(async () => {
  [minio, gateway] = await Promise.all([startMinio(), startVersitygw({ versioning: true })]);
  home = await mkdtemp(join(tmpdir(), 'coppice-home-'));
});
afterAll(async () => {
  await Promise.all([minio.stop(), gateway.stop()]);
  await rm(home, { recursive: true, force: true });
});

async function newBucket(objectLock: boolean, place = minio): Promise<ObjectStore> {
  buckets += 1;
  const objects = createMinioObjectStore({ ...place, region: 'us-east-1', bucket: `bucket-${buckets}` });
  await objects.ensureBucket({ objectLock });
  return objects;
}

const settings = (overrides: Record<string, string> = {}) =>
  readSettings({
    MINIO_ENDPOINT: minio.endpoint,
    MINIO_ACCESS_KEY: minio.accessKey,
    MINIO_SECRET_KEY: minio.secretKey,
    COPPICE_HOME: home,
    ...overrides,
  });

describeArtifactStore('MinIO', () => newBucket(false));
describeArtifactStore('Versity S3 Gateway', () => newBucket(false, gateway));
describeRegistry('MinIO with object lock', () => newBucket(true));
describeRegistry('Versity S3 Gateway with object lock', () => newBucket(true, gateway));

describe('the store of the settings', () => {
  it('is opened with its buckets by several processes at once, and lacks nothing on MinIO', async () => {
    const stores = await Promise.all([1, 2, 3].map(() => openStore(settings())));
    expect(stores.map(({ lacks }) => lacks)).toEqual([[], [], []]);
  });

  it('says what a registry without object lock lacks', async () => {
    const plain = createMinioObjectStore({ ...minio, region: 'us-east-1', bucket: 'plain-registry' });
    await plain.ensureBucket({ objectLock: false });
    const { lacks } = await openStore(settings({ COPPICE_REGISTRY_BUCKET: 'plain-registry' }));
    expect(lacks).toEqual([expect.stringMatching(/plain-registry has no object lock/)]);
  });

  it('has one writer of the registry, whom readers on another machine come to trust', async () => {
    const store = await openStore(settings());
    const writer = await openRegistryWriter(settings(), store);
    await writer.commit(commitOf(register()));
    await writer.commit(commitOf(promote(1)));
    const elsewhere = await openStore(settings({ COPPICE_HOME: join(home, 'gateway') }));
    expect(await elsewhere.registry.readRoutingAfter(model, 0)).toMatchObject({ generation: 1, champion: 1 });
    expect(await elsewhere.registry.listModels()).toEqual([model]);
    expect(await store.registry.verifyLedger(model)).toMatchObject({ entries: 2, problems: [] });
    // The lock keeps what is written: a removal only hides it, and nothing takes its place unseen.
    await store.buckets.registry.remove(ledgerKey(model, 1));
    expect((await store.registry.verifyLedger(model)).problems).toHaveLength(1);
  });

  it('keeps artifacts, cache, lineage, observations and leases in the deletable bucket', async () => {
    const store = await openStore(settings(), { replica: 'gateway-1' });
    const output = await store.artifacts.putBytes('corpus', { mediaType: 'text/plain' });
    const step = { step: 'cleaning', code: codeOf('c'), parameters: {}, inputs: {} };
    await store.cache.record(step, { result: { output }, outputs: { output }, model, runId: 'run' });
    expect(await store.cache.lookup(step)).toMatchObject({ hit: true, outputs: { output } });
    await store.buckets.artifacts.remove(blobKey(output.digest));
    expect(await store.cache.lookup(step)).toMatchObject({ hit: false });
    const at = new Date().toISOString();
    await store.observations.append(model, [{ kind: 'feedback', prediction: 'p', label: 'spam', at }]);
    expect(await store.observations.read(model, { since: new Date(at) })).toHaveLength(1);
  });

  it('says in one line that nobody answers', async () => {
    const gone = openStore(settings({ MINIO_ENDPOINT: 'http://127.0.0.1:9' }));
    const message = expect.stringMatching(/^[^\n]*127\.0\.0\.1:9[^\n]*ECONNREFUSED[^\n]*$/) as string;
    await expect(gone).rejects.toMatchObject({ type: 'ArtifactStoreUnavailable', message });
  });
});
