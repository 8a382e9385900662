// What every kind of source promises: valid documents, nothing twice, and that a kill costs no more than it must.
import { describe, expect, it } from 'vitest';
import { collectedDocumentSchema } from '../../contracts/document.ts';
import type { CollectedItem, Cursor, Source } from '../../sources/source.ts';

/** A place with a few documents, and a source of it. */
export interface SourceWorld {
  /** Opens the source anew, as another process would. */
  readonly open: () => Source;
  /** Adds to the place; the ids of the documents that come of it. */
  readonly add: () => Promise<string> | string | readonly string[];
  /** What was asked of the place for single documents so far; absent where it gives many in one answer. */
  readonly asked?: () => readonly string[];
}

const never = new AbortController().signal;

async function collect(source: Source, cursor?: Cursor): Promise<CollectedItem[]> {
  const items: CollectedItem[] = [];
  for await (const item of source.collect(cursor, never)) items.push(item);
  return items;
}

/** As it comes back from where it was kept. */
function kept(cursor: Cursor): Cursor {
  return JSON.parse(JSON.stringify(cursor)) as Cursor;
}

function idsOf(items: readonly CollectedItem[]): string[] {
  return items.flatMap((item) => ('document' in item ? item.document.id : []));
}

/** @param openWorld a place with three documents or more, none of which is set aside */
export function describeSource(kind: string, openWorld: () => Promise<SourceWorld>): void {
  describe(`${kind} keeps what a source promises: it`, () => {
    it('brings documents that the contract accepts, each once, with address, digest and source', async () => {
      const { open } = await openWorld();
      const source = open();
      const items = await collect(source);
      const documents = items.map((item) =>
        collectedDocumentSchema.parse('document' in item && item.document),
      );
      expect(documents.length).toBeGreaterThanOrEqual(3);
      expect(new Set(idsOf(items)).size).toBe(documents.length);
      for (const document of documents) {
        expect(document.source).toBe(source.name);
        expect(document.id.startsWith(`${source.name}/`)).toBe(true);
        expect(document.uri).not.toBe('');
      }
    });

    it('brings nothing in a second run, and in a third only what has come', async () => {
      const { open, add } = await openWorld();
      const cursor = (await collect(open())).at(-1)?.cursor();
      if (cursor === undefined) throw new Error('no documents');
      expect(await collect(open(), kept(cursor))).toEqual([]);
      const added = await add();
      expect(idsOf(await collect(open(), kept(cursor)))).toEqual([added].flat());
    });

    it('goes on after a kill where the last kept cursor stands, and asks for nothing that it has', async () => {
      const { open, asked } = await openWorld();
      const whole = idsOf(await collect(open()));
      for (const end of whole.keys()) {
        let cursor: Cursor | undefined;
        const first: string[] = [];
        for await (const item of open().collect(undefined, never)) {
          first.push(...idsOf([item]));
          if (first.length <= end) continue;
          cursor = item.cursor();
          break;
        }
        if (cursor === undefined) throw new Error('fewer documents than before');
        const before = asked?.().length ?? 0;
        const rest = idsOf(await collect(open(), kept(cursor)));
        expect([...first, ...rest].sort()).toEqual([...whole].sort());
        if (asked !== undefined) expect(asked().length - before).toBe(whole.length - first.length);
      }
    });

    it('refuses a cursor that is none of its own, and stops with the reason of the signal', async () => {
      const { open } = await openWorld();
      await expect(collect(open(), { version: 1, seen: 'AAAA' })).rejects.toMatchObject({
        type: 'InvalidInput',
      });
      const stopped = open().collect(undefined, AbortSignal.abort(new Error('stopped')));
      await expect(stopped[Symbol.asyncIterator]().next()).rejects.toThrow('stopped');
    });
  });
}
