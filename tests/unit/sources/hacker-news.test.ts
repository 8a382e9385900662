import { describe, expect, it } from 'vitest';
import { hackerNewsSourceSchema } from '../../../contracts/model-spec/social-source.ts';
import { createHackerNewsSource } from '../../../sources/hacker-news.ts';
import type { Source } from '../../../sources/source.ts';
import { describeSource } from '../../support/source-contract.ts';
import { openHost, status } from './api/host.ts';
import { pseudonymOf, socialContext } from './social/support.ts';
import { collectAll, describeAll, lastCursor } from './support.ts';

interface Hit {
  readonly objectID: string;
  readonly created_at_i: number;
  readonly [field: string]: unknown;
}

const hit = (id: number, seconds: number, fields: Record<string, unknown> = {}): Hit => ({
  ...{ objectID: String(id), created_at_i: seconds, author: 'pg', title: `Story ${id}`, ...fields },
});

/** Answers as the search does: newest first, hits of one second in no order. @param limit hits of an answer */
async function openSearch(hits: readonly Hit[], limit = 3) {
  const all = [...hits];
  const host = await openHost(({ searchParams }) => {
    const until = /created_at_i<=(\d+)/.exec(searchParams.get('numericFilters') ?? '')?.[1];
    const found = all.filter((it) => until === undefined || it.created_at_i <= Number(until));
    found.sort((a, b) => b.created_at_i - a.created_at_i);
    return { hits: found.slice(0, limit), nbHits: found.length, page: 0, hitsPerPage: limit };
  });
  return { ...host, hits: all };
}
type Search = Awaited<ReturnType<typeof openSearch>>;

function open(search: Search, options: Record<string, unknown> = {}): Source {
  const spec = hackerNewsSourceSchema.parse({
    ...{ kind: 'hacker-news', name: 'hn', api: `${search.origin}/api/v1`, ...search.fields, ...options },
  });
  return createHackerNewsSource(spec, socialContext(search));
}

describeSource('hacker-news', async () => {
  const search = await openSearch([hit(5, 50), hit(4, 40), hit(3, 40), hit(2, 20), hit(1, 10)]);
  return {
    open: () => open(search),
    add: () => {
      search.hits.push(hit(6, 50));
      return 'hn/6';
    },
  };
});

describe('hacker-news', () => {
  it('brings every hit once where many are of one second, in whatever order they come', async () => {
    const hits = [
      hit(9, 90),
      hit(6, 40),
      hit(8, 40),
      hit(7, 40),
      hit(5, 30),
      hit(3, 20),
      hit(4, 20),
      hit(1, 10),
    ];
    const found = await describeAll(open(await openSearch(hits, 4)));
    expect(found).toEqual([9, 8, 7, 6, 5, 4, 3, 1].map((id) => `hn/${id}`));
  });

  it('brings stories with their titles and comments as HTML, under pseudonyms, and asks for what is named', async () => {
    const search = await openSearch([
      hit(2, 20, { title: null, comment_text: '<p>I agree', author: 'dang' }),
      hit(1, 10, { title: 'A < B', story_text: '<p>text', created_at_i: 0 }),
    ]);
    const items = await collectAll(open(search, { types: ['story', 'comment'], query: 'a b' }));
    const host = 'news.ycombinator.com';
    expect(items).toMatchObject([
      {
        document: {
          ...{ author: await pseudonymOf(host, 'dang'), uri: 'https://news.ycombinator.com/item?id=2' },
          ...{ time: '1970-01-01T00:00:20.000Z', content: { mediaType: 'text/html', data: '<p>I agree' } },
        },
      },
      { document: { author: await pseudonymOf(host, 'pg'), content: { data: '<p>A &lt; B</p><p>text' } } },
    ]);
    const asked = search.asked[0].url.searchParams;
    expect([asked.get('tags'), asked.get('query')]).toEqual(['(story,comment)', 'a b']);
  });

  it('brings a hit of the last days again that was edited, and tells which are gone', async () => {
    const day = Date.parse('2026-01-02T00:00:00Z') / 1_000;
    const search = await openSearch([5, 4, 3, 2, 1].map((id) => hit(id, day + id)));
    const cursor = await lastCursor(open(search));
    search.hits.splice(0, 5, hit(5, day + 5), hit(4, day + 4, { title: 'Better' }), hit(1, day + 1));
    expect(await describeAll(open(search), cursor)).toEqual([
      'item?id=3: deleted since it was brought',
      'item?id=2: deleted since it was brought',
      'hn/4',
    ]);
  });

  it('sets aside what has another shape, waits where it must, and says what is no JSON', async () => {
    const search = await openSearch(
      [hit(3, 30), { objectID: 'x', created_at_i: 25 }, hit(2, 20, { title: 7 })],
      9,
    );
    search.faults.push(status(503, { 'retry-after': '6' }), (_, { socket }) => socket.resetAndDestroy());
    const found = await describeAll(open(search));
    expect(found.filter((it) => it.includes('a post of another shape'))).toHaveLength(2);
    expect(found).toContain('hn/3');
    expect(search.waited).toEqual([6_000, 2_000]);
    search.faults.push('[');
    await expect(collectAll(open(search))).rejects.toThrow('what is no JSON');
  });
});
