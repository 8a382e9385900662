// What a crawl knows: its pages, what it needs to ask whether they have changed, and which of them this pass has looked at.
// It is the cursor, so a pass that was killed goes on where it was, and the next one asks for what has changed.
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { Cursor } from '../source.ts';

const pageSchema = z.object({
  url: z.string(),
  /** Links from a seed. */
  depth: z.number().int(),
  /** Redirects on the way to it. */
  hops: z.number().int().optional(),
  /** Where it redirects to. */
  to: z.string().optional(),
  /** Named by another page as that one's own address, so that it is brought whatever it says about itself. */
  isCanonical: z.literal(true).optional(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  /** When it was changed, as a sitemap says now, and as it said when the page was had last, if that was settled then. */
  changed: z.string().optional(),
  had: z.string().optional(),
  /** Of the bytes that were brought last. */
  digest: z.string().optional(),
  /** The pass that looked at it last. */
  pass: z.number().int().optional(),
});
export type KnownPage = z.infer<typeof pageSchema>;

const stateSchema = z.object({ pass: z.number().int(), isOver: z.boolean(), pages: z.array(pageSchema) });

const UNPACKED = 256 * 1_024 * 1_024; // bytes of a cursor; half a kilobyte for each of half a million pages

function readState(cursor: Cursor): z.infer<typeof stateSchema> {
  try {
    const packed = Buffer.from(cursor.seen, 'base64');
    return stateSchema.parse(JSON.parse(gunzipSync(packed, { maxOutputLength: UNPACKED }).toString()));
  } catch {
    throw new CoppiceFailure('InvalidInput', 'the cursor is not one that a crawl has given');
  }
}

export interface CrawlState {
  /** Pages that this pass has not looked at, in the order in which they were found; those that are added meanwhile too. */
  readonly waiting: () => Generator<KnownPage>;
  readonly find: (url: string) => KnownPage | undefined;
  /** Adds a page unless it is known. @returns whether it is known now; not, where there are as many as may be */
  readonly add: (page: KnownPage) => boolean;
  /** Adds a page that a sitemap lists. One that was had and has not changed since is not looked at in this pass. */
  readonly list: (url: string, changed: string | undefined) => void;
  /** Notes what was learnt about a page, and that this pass has looked at it. */
  readonly looked: (page: KnownPage) => void;
  /** Whether a page was not added, since there are as many as may be. */
  readonly isFull: () => boolean;
  /** A page that is gone is asked for no more. */
  readonly forget: (url: string) => void;
  /** Whether the pass begins, and does not go on where one was killed. */
  readonly isNew: boolean;
  /** Ends the pass. */
  readonly end: () => void;
  readonly cursor: () => Cursor;
}

/** @param maximumPages that are known at a time */
export function openCrawlState(cursor: Cursor | undefined, maximumPages: number): CrawlState {
  const before = cursor === undefined ? { pass: 1, isOver: false, pages: [] } : readState(cursor);
  const pass = before.isOver ? before.pass + 1 : before.pass;
  const pages = new Map(before.pages.map((page) => [page.url, page]));
  let isOver = false;
  let isFull = false;
  const add = (page: KnownPage): boolean => {
    const known = pages.get(page.url);
    if (known === undefined) {
      isFull ||= pages.size >= maximumPages;
      if (pages.size >= maximumPages) return false;
      pages.set(page.url, page);
    } else if (known.pass === undefined && page.isCanonical === true)
      pages.set(page.url, { ...known, isCanonical: true });
    return true;
  };
  return {
    waiting: function* () {
      for (const page of pages.values()) if (page.pass !== pass) yield page;
    },
    find: (url) => pages.get(url),
    add,
    list: (url, changed) => {
      const { changed: _before, ...known } = pages.get(url) ?? { url, depth: 1 };
      const listed = { ...known, ...(changed !== undefined && { changed }) };
      const isAsItWas = changed !== undefined && known.had === changed && known.depth > 0;
      if (!pages.has(url)) add(listed);
      else pages.set(url, isAsItWas ? { ...listed, pass } : listed);
    },
    isNew: cursor === undefined || before.isOver,
    isFull: () => isFull,
    looked: (page) => void pages.set(page.url, { ...page, pass }),
    forget: (url) => void pages.delete(url),
    end: () => void (isOver = true),
    cursor: () => {
      const state = { pass, isOver, pages: [...pages.values()] };
      return { version: 1, seen: gzipSync(JSON.stringify(state)).toString('base64') };
    },
  };
}
