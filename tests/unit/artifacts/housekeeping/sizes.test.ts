import { describe, expect, it } from 'vitest';
import { measureSizes } from '../../../../artifacts/housekeeping/sizes.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import { createCollectionWorld } from '../../../support/collection-contract.ts';

describe('sizes', () => {
  it('add up to the last byte, by model and stage, and by kind for what no stage made', async () => {
    const objects = createMemoryObjectStore();
    const registry = createMemoryObjectStore();
    const { artifacts, stageOf } = createCollectionWorld(objects);
    await stageOf('run', 'cleaning', undefined, ['a', 'b']);
    await artifacts.putBytes('a spec', { mediaType: 'text/plain' });
    const checkpoint = await artifacts.putBytes('a checkpoint', { mediaType: 'text/plain' });
    const pointer = 'checkpoints/lifecycle/mail-filter/1/training/latest.json';
    await objects.put(pointer, Buffer.from(JSON.stringify({ reference: checkpoint })));
    await objects.put('observations/mail-filter/2026-05-01T10/1.jsonl', Buffer.from('{}\n'));
    await registry.put('ledger/mail-filter/1.json', Buffer.from('{}'));

    const { stages, rest, total } = await measureSizes({ objects, registry, artifacts });
    expect(stages.map(({ model, stage, objects: count }) => [model, stage, count])).toEqual([
      ['mail-filter', 'cleaning', 4], // record, directory, two files
      ['mail-filter', 'checkpoint', 1],
    ]);
    expect(Object.fromEntries(rest.map(({ what, objects: count }) => [what, count]))).toEqual({
      'artifacts of no stage': 1,
      'cached steps': 1,
      'checkpoint pointers': 1,
      'lineage index': 3,
      observations: 1,
      registry: 1,
    });
    let sizeBytes = 0;
    for (const bucket of [objects, registry]) {
      for await (const object of bucket.list('')) sizeBytes += object.sizeBytes;
    }
    expect(total.sizeBytes).toBe(sizeBytes);
    const parts = [...stages, ...rest];
    expect(parts.reduce((sum, part) => sum + part.sizeBytes, 0)).toBe(sizeBytes);
  });
});
