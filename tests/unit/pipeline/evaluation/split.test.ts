import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SplitSpec } from '../../../../contracts/model-spec/split.ts';
import { type SplitDocument, splitDocuments } from '../../../../pipeline/evaluation/split.ts';

const documentOf = (at: number, more: Partial<SplitDocument> = {}): SplitDocument => ({
  id: `inbox/${at}`,
  source: 'inbox',
  uri: `https://host-${at % 4}.example/${at}`,
  collectedAt: '2026-05-03T10:00:00.000Z',
  ...more,
});
const many = Array.from({ length: 40 }, (_, at) => documentOf(at));
const heldOut = (documents: readonly SplitDocument[], split: SplitSpec, holdout = 10): SplitDocument[] => {
  const marks = splitDocuments(documents, { split, holdout });
  return documents.filter((_, index) => marks[index]);
};

describe('a split', () => {
  it('takes the last documents, or the latest by their own time', () => {
    expect(heldOut(many, { by: 'last' })).toEqual(many.slice(-10));
    const times = ['2026-01-04', '2026-01-01', '2026-01-03'].map((day, at) =>
      documentOf(at, { time: `${day}T00:00:00.000Z` }),
    );
    expect(heldOut(times, { by: 'time' }, 2).map(({ id }) => id)).toEqual(['inbox/0', 'inbox/2']);
    expect(heldOut([...times, documentOf(3)], { by: 'time' }, 1).map(({ id }) => id)).toEqual(['inbox/3']); // collected later
  });

  it('by hash takes as many, wherever they stand', () => {
    const held = heldOut(many, { by: 'hash' });
    expect(held).toHaveLength(10);
    expect(held).not.toEqual(many.slice(-10));
    expect(new Set(heldOut(many.toReversed(), { by: 'hash' }))).toEqual(new Set(held));
  });

  it('never holds out later what was trained on, by hash and by group, while documents are added', () => {
    const ids = fc.uniqueArray(fc.string({ maxLength: 6 }), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(ids, fc.nat(), (names, before) => {
        const documents = names.map((id) => documentOf(0, { id }));
        const earlier = documents.slice(0, before % names.length);
        const trainedOn = new Set(earlier);
        for (const document of heldOut(earlier, { by: 'hash' }, 5)) trainedOn.delete(document);
        expect(heldOut(documents, { by: 'hash' }, 5).filter((it) => trainedOn.has(it))).toEqual([]);
      }),
    );
  });

  it.each([
    [{ by: 'group', group: 'host' }, ({ uri }: SplitDocument) => new URL(uri).host],
    [{ by: 'group', group: 'source' }, ({ source }: SplitDocument) => source],
    [{ by: 'group', group: 'id' }, ({ id }: SplitDocument) => id.slice(0, id.lastIndexOf('/'))],
    [{ by: 'group', group: 'id', idUpTo: '#' }, ({ id }: SplitDocument) => id.split('#')[0]],
  ] as const)('by %o puts no group on both sides', (split, groupOf) => {
    const documents = many.map((it, at) => ({
      ...it,
      ...{ source: `source-${at % 5}`, id: `folder-${at % 6}/thread-${at % 7}#${at}` },
    }));
    const held = heldOut(documents, split, 8);
    const groups = new Set(held.map(groupOf));
    expect(held.length).toBeGreaterThanOrEqual(8);
    expect(held.length).toBeLessThan(documents.length);
    expect(documents.filter((it) => groups.has(groupOf(it)))).toEqual(held);
  });

  it('never holds out a group of more than half of the documents', () => {
    expect(heldOut(many, { by: 'group', group: 'source' })).toEqual([]);
    const other = documentOf(40, { source: 'forum' });
    expect(heldOut([...many, other], { by: 'group', group: 'source' })).toEqual([other]);
  });

  it('takes the source for the host of an address that has none', () => {
    const documents = many.map((it, at) => ({ ...it, uri: at < 30 ? 'no address' : it.uri }));
    expect(
      heldOut(documents, { by: 'group', group: 'host' }, 1).every(({ uri }) => uri !== 'no address'),
    ).toBe(true);
  });
});
