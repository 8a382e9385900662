import { beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { blobKey } from '../../../artifacts/blobs.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import type { ObjectStore } from '../../../artifacts/object-store.ts';
import type { StepCache, StepKeyParts } from '../../../artifacts/step-cache.ts';
import { createStepCache } from '../../../artifacts/step-cache.ts';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import { codeOf } from '../../support/code.ts';

const at = '2026-03-01T08:00:00.000Z';
const dayMs = 24 * 3_600_000;
const by = { model: 'mail-filter', runId: 'lifecycle/mail-filter/1' };

describe('step cache', () => {
  let objects: ObjectStore;
  let artifacts: ArtifactStore;
  let cache: StepCache;
  let parts: StepKeyParts;
  let clock: number;
  beforeEach(async () => {
    clock = Date.parse(at);
    const now = () => new Date(clock);
    objects = createMemoryObjectStore(now);
    artifacts = createArtifactStore(objects);
    cache = createStepCache(objects, artifacts, { now, ageLimitMs: 30 * dayMs });
    const documents = await artifacts.putBytes('documents', { mediaType: 'text/plain' });
    parts = { step: 'cleaning', code: codeOf('c0de'), parameters: { a: 1, b: [2] }, inputs: { documents } };
  });
  const record = async (changes: Partial<StepKeyParts> = {}, text = 'corpus') => {
    const corpus = await artifacts.putBytes(text, { mediaType: 'text/plain' });
    await cache.record({ ...parts, ...changes }, { result: { corpus }, outputs: { corpus }, ...by });
    return corpus;
  };

  it('gives the same key for the same step, however it is spelled', () => {
    const { documents } = parts.inputs;
    const spelled = {
      inputs: { documents: { ...documents, mediaType: 'other', annotations: { note: 'x' } } },
      parameters: { b: [2], a: 1 },
      code: parts.code,
      step: 'cleaning',
    };
    expect(cache.key(spelled)).toBe(cache.key(parts));
    expect(cache.key(parts)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives another key where stage, code, a parameter, an input or its role differs', async () => {
    const other = await artifacts.putBytes('other documents', { mediaType: 'text/plain' });
    const keys = [
      parts,
      { ...parts, step: 'tokenization' },
      { ...parts, code: codeOf('c0df') },
      { ...parts, parameters: { a: 1, b: [3] } },
      { ...parts, inputs: { documents: other } },
      { ...parts, inputs: { labels: parts.inputs.documents } },
      { ...parts, inputs: {} },
    ].map(cache.key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('misses what was never recorded, then gives back what was', async () => {
    expect(await cache.lookup(parts)).toEqual({
      hit: false,
      absent: true,
      reason: 'no earlier result of this step',
    });
    const corpus = await record();
    expect(await cache.lookup(parts)).toEqual({
      hit: true,
      reason: `computed at ${at} by ${by.runId}`,
      result: { corpus },
      outputs: { corpus },
      recordedAt: at,
    });
  });

  it('misses, and names the output, where one is gone, cut short, or lacks a file', async () => {
    const file = await artifacts.putBytes('a file', { mediaType: 'text/plain' });
    const whole = await artifacts.putBytes('whole', { mediaType: 'text/plain' });
    const folder = await artifacts.putDirectory({ file });
    await cache.record(parts, { result: {}, outputs: { whole, folder }, ...by });
    expect((await cache.lookup(parts)).hit).toBe(true);

    await objects.put(blobKey(whole.digest), Buffer.from('who'));
    const gone = ({ digest }: { digest: string }, role: string) => ({
      hit: false,
      reason: `its output ${role} (${digest}) is gone or cut short`,
    });
    expect(await cache.lookup(parts)).toEqual(gone(whole, 'whole'));
    await artifacts.putBytes('whole', { mediaType: 'text/plain' });
    await objects.remove(blobKey(file.digest));
    expect(await cache.lookup(parts)).toEqual(gone(folder, 'folder'));
  });

  it('misses where a bit of an output was flipped, though its size is right, and sets the blob aside', async () => {
    const file = await artifacts.putBytes('a file', { mediaType: 'text/plain' });
    const folder = await artifacts.putDirectory({ file });
    await cache.record(parts, { result: {}, outputs: { folder }, ...by });
    await objects.put(blobKey(file.digest), Buffer.from('b file'));
    expect(await cache.lookup(parts)).toEqual({
      hit: false,
      reason: `its output folder (${folder.digest}) is damaged`,
    });
    expect(await objects.stat(blobKey(file.digest))).toBeUndefined();
  });

  describe('where the store cannot read an output', () => {
    const unavailable = () => Promise.reject(new CoppiceFailure('ArtifactStoreUnavailable', 'unreadable'));
    const failing = (fails: (key: string) => boolean): StepCache => {
      const faulty = {
        ...objects,
        get: (key: string) => (fails(key) ? unavailable() : objects.get(key)),
        read: (key: string) => (fails(key) ? unavailable() : objects.read(key)),
      };
      return createStepCache(faulty, createArtifactStore(faulty), { now: () => new Date(clock) });
    };

    it('misses, and removes what is unreadable, so that it is written anew', async () => {
      const file = await artifacts.putBytes('a file', { mediaType: 'text/plain' });
      const other = await artifacts.putBytes('another', { mediaType: 'text/plain' });
      const folder = await artifacts.putDirectory({ file, other });
      await cache.record(parts, { result: {}, outputs: { folder }, ...by });
      const found = await failing((key) => key === blobKey(file.digest)).lookup(parts);
      expect(found).toMatchObject({ hit: false, reason: `its output folder (${folder.digest}) is damaged` });
      expect(await objects.stat(blobKey(file.digest))).toBeUndefined();
      expect(await artifacts.has(other)).toBe(true);
    });

    it('asks again later, and removes nothing, where the store reads nothing at all', async () => {
      const corpus = await record();
      let reads = 0;
      const found = failing(() => (reads += 1) > 1).lookup(parts); // from the entry on
      await expect(found).rejects.toMatchObject({ type: 'ArtifactStoreUnavailable' });
      expect(await artifacts.has(corpus)).toBe(true);
    });
  });

  it('misses, and says why, where its own entry is damaged', async () => {
    await record();
    const key = `steps/cleaning/${cache.key(parts)}.json`;
    await objects.put(key, Buffer.from('{"result":'));
    expect(await cache.lookup(parts)).toEqual({ hit: false, reason: `${key} is not JSON` });
  });

  it('forgets what was not used for longer than the age limit; each use makes it young again', async () => {
    await record();
    for (let use = 0; use < 3; use += 1) {
      clock += 29 * dayMs;
      expect((await cache.lookup(parts)).hit).toBe(true);
    }
    clock += 31 * dayMs;
    expect(await cache.lookup(parts)).toMatchObject({
      hit: false,
      reason: expect.stringContaining('too long ago') as string,
    });
  });

  describe('explains a miss', () => {
    it('by saying that the step has no earlier result', async () => {
      await record({ step: 'tokenization' });
      expect(await cache.explainMiss(parts)).toEqual({
        reason: 'no earlier result of this step',
        differences: [],
      });
    });

    it('by the parts that differ from the nearest result, not from the newest', async () => {
      const other = await artifacts.putBytes('other documents', { mediaType: 'text/plain' });
      await record({ parameters: { a: 1, b: [3] } });
      clock += 1_000;
      await record({ parameters: { a: 9, b: [9] }, code: codeOf('other'), inputs: { documents: other } });
      expect(await cache.explainMiss(parts)).toEqual({
        reason: `parameter b[0] was 3, is 2 (compared with ${by.runId}, ${at})`,
        differences: [{ part: 'parameter', name: 'b[0]', before: '3', now: '2' }],
      });
    });

    it('by file and package where the code differs, and by role where an input does', async () => {
      const other = await artifacts.putBytes('other documents', { mediaType: 'text/plain' });
      await record({
        code: codeOf({ 'recipe.ts': 'old', 'same.ts': 'same' }, { zod: '4.0.0' }),
        inputs: { documents: other },
      });
      const code = codeOf({ 'recipe.ts': 'new', 'same.ts': 'same' }, { zod: '4.0.1' });
      const { reason, differences } = await cache.explainMiss({ ...parts, code });
      expect(differences.map(({ part, name }) => `${part} ${name}`)).toEqual([
        'code recipe.ts',
        'package zod',
        'input documents',
      ]);
      expect(reason).toContain(
        'code differs in recipe.ts; package zod was 4.0.0, is 4.0.1; input documents was',
      );
    });
  });

  it('lists what it remembers, with damaged entries as such', async () => {
    await record();
    await objects.put('steps/old-format.json', Buffer.from('{}'));
    const listed = [];
    for await (const { object, entry } of cache.list()) listed.push([object.key, entry?.runId]);
    expect(listed).toEqual([
      [`steps/cleaning/${cache.key(parts)}.json`, by.runId],
      ['steps/old-format.json', undefined],
    ]);
  });
});
