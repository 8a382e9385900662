import { describe, expect, it } from 'vitest';
import { redditSourceSchema } from '../../../contracts/model-spec/social-source.ts';
import { createRedditSource } from '../../../sources/reddit.ts';
import type { Source } from '../../../sources/source.ts';
import { describeSource } from '../../support/source-contract.ts';
import { openHost, status } from './api/host.ts';
import { pseudonymOf, socialContext } from './social/support.ts';
import { collectAll, describeAll, lastCursor } from './support.ts';

const link = (id: string, fields: Record<string, unknown> = {}) => ({
  kind: 't3',
  data: {
    ...{
      id,
      name: `t3_${id}`,
      title: `Title ${id}`,
      selftext: 'text',
      author: 'kim',
      created_utc: 1_700_000_000,
    },
    ...{ permalink: `/r/korea/comments/${id}/title/`, removed_by_category: null, ...fields },
  },
});
type Link = ReturnType<typeof link>;

/** @param links newest first @param limit posts of a listing */
async function openForum(links: readonly Link[], limit = 2) {
  const all = [...links];
  const host = await openHost(({ searchParams }) => {
    const after = searchParams.get('after');
    const begin = after === null ? 0 : all.findIndex(({ data }) => data.name === after) + 1;
    const children = all.slice(begin, begin + limit);
    const next = begin + limit < all.length ? children.at(-1)?.data.name : null;
    return { kind: 'Listing', data: { after: next, before: null, dist: children.length, children } };
  });
  return { ...host, links: all };
}
type Forum = Awaited<ReturnType<typeof openForum>>;

function open(forum: Forum, options: Record<string, unknown> = {}): Source {
  const spec = redditSourceSchema.parse({
    ...{
      kind: 'reddit',
      name: 'forum',
      server: forum.origin,
      subreddit: 'korea',
      ...forum.fields,
      ...options,
    },
  });
  return createRedditSource(spec, socialContext(forum));
}

const four = ['10a', 'zz', 'zy', 'a1'].map((id) => link(id));

describeSource('reddit', async () => {
  const forum = await openForum(four);
  return {
    open: () => open(forum),
    add: () => {
      forum.links.unshift(link('10b'));
      return 'forum/10b';
    },
  };
});

describe('reddit', () => {
  it('goes from listing to listing by after, and brings titles and texts under pseudonyms', async () => {
    const forum = await openForum([
      link('10b', { selftext: '고마워요 u/Lee_1, /u/kim! not/u/this or menu/x' }),
      ...four,
    ]);
    const [kim, lee] = [await pseudonymOf('reddit.com', 'kim'), await pseudonymOf('reddit.com', 'lee_1')];
    const [first] = await collectAll(open(forum));
    expect('document' in first && first.document).toMatchObject({
      ...{
        author: kim,
        uri: 'https://www.reddit.com/r/korea/comments/10b/title/',
        time: '2023-11-14T22:13:20.000Z',
      },
      content: {
        mediaType: 'text/plain',
        data: `Title 10b\n\n고마워요 u/${lee}, /u/${kim}! not/u/this or menu/x\n`,
      },
    });
    const asked = forum.asked.map(({ url }) => `${url.pathname} ${url.searchParams.get('after') ?? ''}`);
    expect(asked[0]).toBe('/r/korea/new.json ');
    expect(asked[1]).toBe('/r/korea/new.json t3_10a');
  });

  it('sets aside what was removed and what has another shape; an author who is gone has no pseudonym', async () => {
    const forum = await openForum(
      [
        link('9', { removed_by_category: 'moderator' }),
        link('8', { selftext: '[removed]' }),
        link('7', { title: 7 }),
        link('6', { author: '[deleted]', selftext: '' }),
      ],
      9,
    );
    const items = await collectAll(open(forum));
    expect(items.map((it) => ('problem' in it ? it.problem.reason : it.document.id))).toEqual([
      'removed',
      'removed',
      'a post of another shape',
      'forum/6',
    ]);
    expect(items[3]).not.toHaveProperty('document.author');
  });

  it('brings a post of the last days again that was edited, and tells which were removed or are gone', async () => {
    const young = { created_utc: Date.parse('2026-01-02T00:00:00Z') / 1_000 };
    const forum = await openForum(['e', 'd', 'c', 'b', 'a'].map((id) => link(id, young)));
    const cursor = await lastCursor(open(forum));
    const edits = {
      d: { selftext: 'edited' },
      c: { selftext: '[removed]', removed_by_category: 'moderator' },
    };
    forum.links.splice(
      1,
      3,
      ...Object.entries(edits).map(([id, fields]) => link(id, { ...young, ...fields })),
    );
    expect(await describeAll(open(forum), cursor)).toEqual([
      'forum/d',
      'b: deleted since it was brought',
      ': removed',
    ]);
  });

  it('waits as its headers and 429 say', async () => {
    const forum = await openForum(four);
    const [first] = four;
    forum.faults.push(status(429, { 'retry-after': '8' }), (response) =>
      response
        .writeHead(200, { 'x-ratelimit-remaining': '0.0', 'x-ratelimit-reset': '33' })
        .end(JSON.stringify({ data: { after: 't3_10a', children: [first] } })),
    );
    expect(await describeAll(open(forum))).toHaveLength(4);
    expect(forum.waited).toEqual([8_000, 33_000]);
  });

  it('reads mentions in time that grows with the text alone', async () => {
    const hostile = ['u/', 'u/a', '/u/', 'u/u/', '-', 'u/--'].map((it, at) =>
      link(`${at + 1}`.padStart(3, '0'), { selftext: it.repeat(500_000) }),
    );
    const forum = await openForum(hostile.reverse(), 1);
    expect(await describeAll(open(forum))).toHaveLength(6);
  });
});
