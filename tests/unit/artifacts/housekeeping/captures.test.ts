import { beforeEach, describe, expect, it } from 'vitest';
import { removeExpiredCaptures, sweepCaptures } from '../../../../artifacts/housekeeping/captures.ts';
import { createSweep } from '../../../../artifacts/housekeeping/sweep.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import type { ObjectStore } from '../../../../artifacts/object-store.ts';
import { specOf } from '../../../support/model-fixtures.ts';
import { createTestRegistry } from '../../../support/registry-fixtures.ts';

const now = new Date('2026-05-31T12:30:00.000Z');

describe('captured texts', () => {
  let objects: ObjectStore;
  let registry: ReturnType<typeof createTestRegistry>;
  beforeEach(async () => {
    objects = createMemoryObjectStore();
    registry = createTestRegistry(createMemoryObjectStore());
    const spec = specOf('short', { serving: { capture: { share: 1, retentionDays: 2 } } });
    await registry.writer.writeSpec({ model: 'short', spec, by: 'kim' });
    for (const key of [
      'captures/short/2026-05-29T11/1-a-000001.jsonl',
      'captures/short/2026-05-29T12/1-a-000002.jsonl',
      'captures/gone/2026-05-01T11/1-a-000003.jsonl',
      'captures/gone/2026-05-01T12/1-a-000004.jsonl',
      'observations/short/2020-01-01T00/1-a-000005.jsonl',
    ])
      await objects.put(key, Buffer.from('{}\n'));
  });
  const left = async () => {
    const keys: string[] = [];
    for await (const { key } of objects.list('')) keys.push(key);
    return keys;
  };
  const sources = () => ({ objects, registry: registry.newReader() });

  it('go once the whole hour is older than the model file says, or than thirty days', async () => {
    expect(await removeExpiredCaptures(sources(), now)).toBe(2);
    expect(await left()).toEqual([
      'captures/gone/2026-05-01T12/1-a-000004.jsonl',
      'captures/short/2026-05-29T12/1-a-000002.jsonl',
      'observations/short/2020-01-01T00/1-a-000005.jsonl',
    ]);
    expect(await removeExpiredCaptures(sources(), now)).toBe(0);
  });

  it('are counted alone where a collection of garbage removes nothing', async () => {
    const sweep = createSweep(objects, false);
    await sweepCaptures(sources(), sweep, now.getTime());
    expect(await sweep.finish()).toEqual([{ what: 'captured texts', objects: 2, sizeBytes: 6 }]);
    expect(await left()).toHaveLength(5);
  });
});
