// The registry on a real MinIO, opened as the processes open it: what others do to it, and how its keys change.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMinioObjectStore } from '../../artifacts/minio-object-store.ts';
import { openRegistryWriter, openStore } from '../../artifacts/open.ts';
import { ledgerKey } from '../../artifacts/registry/ledger.ts';
import { routingKey } from '../../artifacts/registry/projections.ts';
import type { KeyChange } from '../../contracts/trust.ts';
import { readSettings } from '../../settings/settings.ts';
import { startMinio } from '../support/minio.ts';
import { describeRegistryFaults } from '../support/registry-faults.ts';
import { commitOf, model, promote, register } from '../support/registry-fixtures.ts';

let minio: Awaited<ReturnType<typeof startMinio>>;
let home: string;
let buckets = 0;
beforeAll(async () => {
  minio = await startMinio();
  home = await mkdtemp(join(tmpdir(), 'coppice-registry-'));
});
afterAll(async () => {
  await minio.stop();
  await rm(home, { recursive: true, force: true });
});

describeRegistryFaults('MinIO with object lock', async () => {
  buckets += 1;
  const objects = createMinioObjectStore({ ...minio, region: 'us-east-1', bucket: `faults-${buckets}` });
  await objects.ensureBucket({ objectLock: true });
  return objects;
});

describe('a registry with its keys', () => {
  /** The worker, or a gateway on a machine of its own, of one registry. */
  const settingsOf = (bucket: string, machine: string) =>
    readSettings({
      MINIO_ENDPOINT: minio.endpoint,
      MINIO_ACCESS_KEY: minio.accessKey,
      MINIO_SECRET_KEY: minio.secretKey,
      COPPICE_REGISTRY_BUCKET: bucket,
      COPPICE_HOME: join(home, bucket, machine),
    });
  const open = async (bucket: string) => {
    const store = await openStore(settingsOf(bucket, 'worker'));
    return { store, writer: await openRegistryWriter(settingsOf(bucket, 'worker'), store) };
  };
  const gatewayOf = async (bucket: string) => (await openStore(settingsOf(bucket, 'gateway'))).registry;
  const asked = (change: KeyChange['change']): KeyChange => ({
    ...{ by: 'kim', reason: 'a test', request: JSON.stringify(change), change },
  });

  it('is followed by a gateway elsewhere through a rotation and a revocation', async () => {
    const { store, writer } = await open('rotated');
    const gateway = await gatewayOf('rotated');
    await writer.commit(commitOf(register()));
    await writer.commit(commitOf(promote(1)));
    expect(await gateway.readRoutingAfter(model, 0)).toMatchObject({ generation: 1 });
    const lost = writer.keys.signer.keyId;
    await writer.keys.change(asked({ kind: 'rotate' }));
    await writer.commit(commitOf(promote(1)));
    expect(await gateway.readRoutingAfter(model, 1)).toMatchObject({ generation: 2 });
    await writer.keys.change(asked({ kind: 'revoke', keyId: lost }));
    await writer.commit(commitOf(promote(1)));
    expect(await gateway.readRoutingAfter(model, 2)).toMatchObject({ generation: 3 });
    expect(await (await gatewayOf('rotated')).readRoutingAfter(model, 0)).toMatchObject({ generation: 3 });
    expect(await store.registry.verifyLedger(model)).toMatchObject({ entries: 4, problems: [] });
    expect(store.trust.list().keys.map(({ revoked }) => revoked !== undefined)).toEqual([true, false]);
  });

  it('is refused by a gateway that starts again once its newest entry is gone', async () => {
    const { store, writer } = await open('set-back');
    await writer.commit(commitOf(register()));
    await writer.commit(commitOf(promote(1)));
    await (await gatewayOf('set-back')).readRoutingAfter(model, 0);
    const objects = store.buckets.registry;
    await objects.remove(ledgerKey(model, 2));
    await objects.remove(routingKey(model, 1));
    await expect((await gatewayOf('set-back')).readRoutingAfter(model, 0)).rejects.toMatchObject({
      type: 'ArtifactCorrupt',
      message: expect.stringContaining(`${ledgerKey(model, 2)} is not what was seen here`) as string,
    });
  });
});
