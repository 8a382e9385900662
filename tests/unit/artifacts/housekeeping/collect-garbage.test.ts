import { describe, expect, it } from 'vitest';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import { createCollectionWorld, describeCollection } from '../../../support/collection-contract.ts';

describeCollection('the fake', () => Promise.resolve(createMemoryObjectStore()));

describe('bytes that are old garbage when a run writes them again', () => {
  it('are uploaded anew, and so stay', async () => {
    let clock = Date.now() - 3_600_000;
    const world = createCollectionWorld(createMemoryObjectStore(() => new Date(clock)));
    const text = { mediaType: 'text/plain' };
    const [again, garbage] = [
      await world.artifacts.putBytes('again', text),
      await world.artifacts.putBytes('garbage', text),
    ];
    clock = Date.now();
    world.openRuns.push({ runId: 'lifecycle/m/open', startedAt: new Date(), references: [] });
    await world.artifacts.putBytes('again', text);
    await world.collect({ graceMs: 0 }, () => new Date());
    expect(await world.isWhole(again)).toBe(true);
    expect(await world.isWhole(garbage)).toBe(false);
  });
});

describe('a store that stops answering while garbage is removed', () => {
  it('ends the collection with its failure, and the next one goes on', async () => {
    const objects = createMemoryObjectStore();
    const reference = await createCollectionWorld(objects).artifacts.putBytes('garbage', {
      mediaType: 'text/plain',
    });
    const failing = { ...objects, remove: () => Promise.reject(new Error('no answer')) };
    await expect(createCollectionWorld(failing).collect({})).rejects.toThrow('no answer');
    const world = createCollectionWorld(objects);
    await world.collect({});
    expect(await world.isWhole(reference)).toBe(false);
  });
});
