// A process that downloads one artifact, for a test that kills it.
import { createArtifactStore } from '../../artifacts/artifact-store.ts';
import { createMinioObjectStore } from '../../artifacts/minio-object-store.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';

const { reference, path, ...place } = JSON.parse(process.argv[2]) as Parameters<
  typeof createMinioObjectStore
>[0] & { reference: ArtifactReference; path: string };
const objects = createMinioObjectStore({ ...place, region: 'us-east-1' });
await createArtifactStore(objects).download(reference, path);
