// Garbage collection on a real MinIO.
import { afterAll, beforeAll } from 'vitest';
import { createMinioObjectStore } from '../../artifacts/minio-object-store.ts';
import { describeCollection } from '../support/collection-contract.ts';
import type { TestMinio } from '../support/minio.ts';
import { startMinio } from '../support/minio.ts';

let minio: TestMinio;
let buckets = 0;
beforeAll(async () => {
  minio = await startMinio();
});
afterAll(() => minio.stop());

describeCollection('MinIO', async () => {
  buckets += 1;
  const objects = createMinioObjectStore({ ...minio, region: 'us-east-1', bucket: `collection-${buckets}` });
  await objects.ensureBucket({ objectLock: false });
  return objects;
});
