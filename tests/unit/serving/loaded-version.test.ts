// A version whose bytes are not those that were signed is not loaded.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import type { VersionDocument } from '../../../contracts/registry.ts';
import { createVersionLoader } from '../../../serving/loaded-version.ts';

it('refuses a version of which a file has been changed in the store', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'coppice-loader-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const objects = createMemoryObjectStore();
  const artifacts = createArtifactStore(objects);
  const config = await artifacts.putJson({ architectures: ['BertForSequenceClassification'] });
  const reference = await artifacts.putDirectory({ 'config.json': config });
  const version: VersionDocument = {
    ...{ model: 'mail-filter', version: 1, runId: 'lifecycle/mail-filter/1', lineage: [], metrics: {} },
    ...{ trigger: { kind: 'person', name: 'kim' }, createdAt: '2026-05-03T10:00:00.000Z' },
    ...{ spec: reference, report: reference, evidence: reference, package: reference },
  };
  const key = `blobs/sha256/${config.digest.slice('sha256:'.length)}`;
  await objects.put(key, Buffer.alloc(config.sizeBytes, 'x'), { contentType: 'application/json' });
  const registry = { readVersion: () => Promise.resolve(version) };
  const load = createVersionLoader({ artifacts, registry, directory });
  await expect(load('mail-filter', 1)).rejects.toMatchObject({ type: 'ArtifactCorrupt' });
});
