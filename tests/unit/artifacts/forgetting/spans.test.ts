// What is labelled in a document goes with it, from the labels to the classes of its tokens and the report that quotes it.
import { describe, expect, it, vi } from 'vitest';
import { purgeHoldings } from '../../../../artifacts/forgetting/purge.ts';
import { surveyHoldings } from '../../../../artifacts/forgetting/survey.ts';
import { openTombstones } from '../../../../artifacts/forgetting/tombstones.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import { holdersOf } from '../../../support/forgetting-world.ts';
import { createTestRegistry } from '../../../support/registry-fixtures.ts';
import { evaluateSpans, none } from '../../../support/span-version.ts';
import { openSpanWorld } from '../../../support/span-world.ts';

vi.setConfig({ testTimeout: 60_000 }); // a thread compiles what it loads

const documents = Object.fromEntries(
  Array.from({ length: 14 }, (_, index) => [
    `notes/file-${String(index).padStart(2, '0')}`,
    `[Ada](person) sang song ${index} in [Paris](place).`,
  ]),
);

describe('forgetting a document with labelled spans', () => {
  it.each([
    ['trained on', 'notes/file-01', {}],
    ['held out, and quoted by the report', 'notes/file-05', { report: 2 }],
  ])('removes its labels, and the classes of its tokens, where it was %s', async (_, id, kinds) => {
    const world = await openSpanWorld(documents);
    const { objects, artifacts } = world;
    const now = () => new Date('2026-11-30T10:00:00Z');
    await evaluateSpans(world, none);
    expect((await holdersOf(objects, id)).length).toBeGreaterThan(3);
    const tombstones = await openTombstones(objects, now);
    const { reader: registry } = createTestRegistry(createMemoryObjectStore());
    const found = await surveyHoldings(tombstones.digestOf(id), { ...world, registry, tombstones });
    const counts: Record<string, number> = {};
    for (const { kind } of found.blobs) counts[kind] = (counts[kind] ?? 0) + 1;
    // Shard of the corpus, and its row among the examples; no version needs the tokenizer.
    expect(counts).toEqual({ dataset: 2, labels: 1, tokens: 3, tokenizer: 1, ...kinds });
    await purgeHoldings(found, { artifacts, objects, now });
    expect(await holdersOf(objects, id)).toEqual([]);
    expect((await holdersOf(objects, 'notes/file-02')).length).toBeGreaterThan(0);
  });
});
