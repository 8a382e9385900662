import { beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { blobKey } from '../../../artifacts/blobs.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import type { ObjectStore } from '../../../artifacts/object-store.ts';
import type { StepCache, StepKeyParts } from '../../../artifacts/step-cache.ts';
import { createStepCache } from '../../../artifacts/step-cache.ts';

const at = '2026-03-01T08:00:00.000Z';

describe('step cache', () => {
  let objects: ObjectStore;
  let artifacts: ArtifactStore;
  let cache: StepCache;
  let parts: StepKeyParts;
  beforeEach(async () => {
    objects = createMemoryObjectStore();
    artifacts = createArtifactStore(objects);
    cache = createStepCache(objects, artifacts, () => new Date(at));
    const documents = await artifacts.putBytes('documents', { mediaType: 'text/plain' });
    parts = { stage: 'cleaning', codeVersion: 'c0de', parameters: { a: 1, b: [2] }, inputs: { documents } };
  });

  it('gives the same key for the same step, however it is spelled', () => {
    const { documents } = parts.inputs;
    const spelled = {
      inputs: { documents: { ...documents, mediaType: 'other', annotations: { note: 'x' } } },
      parameters: { b: [2], a: 1 },
      codeVersion: 'c0de',
      stage: 'cleaning',
    };
    expect(cache.key(spelled)).toBe(cache.key(parts));
    expect(cache.key(parts)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives another key where stage, code, a parameter, an input or its role differs', async () => {
    const other = await artifacts.putBytes('other documents', { mediaType: 'text/plain' });
    const keys = [
      parts,
      { ...parts, stage: 'tokenization' },
      { ...parts, codeVersion: 'c0df' },
      { ...parts, parameters: { a: 1, b: [3] } },
      { ...parts, inputs: { documents: other } },
      { ...parts, inputs: { labels: parts.inputs.documents } },
      { ...parts, inputs: {} },
    ].map(cache.key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('misses what was never recorded, then gives back what was', async () => {
    const key = cache.key(parts);
    expect(await cache.lookup(key)).toEqual({
      hit: false,
      reason: 'no earlier result for this code, parameters and inputs',
    });
    const corpus = await artifacts.putBytes('corpus', { mediaType: 'text/plain' });
    await cache.record(key, { result: { keptCount: 3, corpus }, outputs: { corpus } });
    expect(await cache.lookup(key)).toEqual({
      hit: true,
      reason: `computed at ${at}`,
      result: { keptCount: 3, corpus },
      outputs: { corpus },
      recordedAt: at,
    });
  });

  it('misses, and names the output, where one is gone, truncated, or lacks a file', async () => {
    const key = cache.key(parts);
    const file = await artifacts.putBytes('a file', { mediaType: 'text/plain' });
    const whole = await artifacts.putBytes('whole', { mediaType: 'text/plain' });
    const folder = await artifacts.putDirectory({ file });
    await cache.record(key, { result: {}, outputs: { whole, folder } });
    expect((await cache.lookup(key)).hit).toBe(true);

    await objects.put(blobKey(whole.digest), Buffer.from('who'));
    const miss = (role: string) => ({
      hit: false,
      reason: expect.stringContaining(`its output ${role} (sha256:`) as string,
    });
    expect(await cache.lookup(key)).toEqual(miss('whole'));
    await artifacts.putBytes('whole', { mediaType: 'text/plain' });
    await objects.remove(blobKey(file.digest));
    expect(await cache.lookup(key)).toEqual(miss('folder'));
  });

  it('misses, and says why, where its own entry is damaged', async () => {
    const key = cache.key(parts);
    await cache.record(key, { result: {}, outputs: {} });
    await objects.put(`steps/${key}.json`, Buffer.from('{"result":'));
    expect(await cache.lookup(key)).toEqual({ hit: false, reason: `steps/${key}.json is not JSON` });
  });
});
