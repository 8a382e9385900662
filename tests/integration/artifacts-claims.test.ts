// Claims on a real MinIO: between runners of one process, and against a holder that is killed.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClaims } from '../../artifacts/claims.ts';
import { createMinioObjectStore } from '../../artifacts/minio-object-store.ts';
import { describeClaims } from '../support/claims-contract.ts';
import type { TestMinio } from '../support/minio.ts';
import { startMinio } from '../support/minio.ts';
import { poll } from '../support/poll.ts';

let minio: TestMinio;
let buckets = 0;
beforeAll(async () => {
  minio = await startMinio();
});
afterAll(() => minio.stop());

async function newBucket() {
  buckets += 1;
  const { endpoint, accessKey, secretKey } = minio;
  const store = { endpoint, accessKey, secretKey, region: 'us-east-1', bucket: `claims-${buckets}` };
  const objects = createMinioObjectStore(store);
  await objects.ensureBucket({ objectLock: false });
  return { objects, store };
}

describeClaims('MinIO', async () => (await newBucket()).objects);

describe('a holder in another process', () => {
  it('keeps its claim while it lives, and loses it when it is killed', async () => {
    const { objects, store } = await newBucket();
    const lifetimeMs = 1_500;
    const entry = fileURLToPath(new URL('../support/claim-holder.ts', import.meta.url));
    const argument = JSON.stringify({ store, what: 'work', holder: 'other', lifetimeMs });
    const holder = fork(entry, [argument], { execArgv: ['--import', 'tsx'] });
    const [answer] = (await once(holder, 'message')) as [unknown];
    expect(answer).toMatchObject({ taken: true });
    const claims = createClaims(objects, { lifetimeMs });
    expect(await claims.take('work', 'here')).toMatchObject({ taken: false, holder: 'other' });
    const ended = once(holder, 'exit');
    holder.kill('SIGKILL');
    await ended;
    await poll('the claim to run out', async () => (await claims.take('work', 'here')).taken, 30_000);
  });
});
