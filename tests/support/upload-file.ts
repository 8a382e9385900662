// A process that uploads one file, for a test that kills it.
import { stat } from 'node:fs/promises';
import { createMinioObjectStore } from '../../artifacts/minio-object-store.ts';
import { slicesOfFile } from '../../artifacts/sliced-body.ts';

const { key, path, ...place } = JSON.parse(process.argv[2]) as Parameters<
  typeof createMinioObjectStore
>[0] & {
  key: string;
  path: string;
};
const objects = createMinioObjectStore({ ...place, region: 'us-east-1' });
await objects.put(key, slicesOfFile(path, (await stat(path)).size));
