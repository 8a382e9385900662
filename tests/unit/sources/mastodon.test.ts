import { describe, expect, it } from 'vitest';
import { mastodonSourceSchema } from '../../../contracts/model-spec/social-source.ts';
import { Secret } from '../../../settings/secret.ts';
import { createMastodonSource } from '../../../sources/mastodon.ts';
import type { Source } from '../../../sources/source.ts';
import { describeSource } from '../../support/source-contract.ts';
import { openHost, status } from './api/host.ts';
import { key, pseudonymOf, socialContext } from './social/support.ts';
import { collectAll, cursorsOf, describeAll, lastCursor } from './support.ts';

interface Status {
  readonly id: string;
  readonly [field: string]: unknown;
}

function statusOf(id: number, fields: Record<string, unknown> = {}): Status {
  return {
    ...{
      id: String(id),
      created_at: '2026-01-01T00:00:00.000Z',
      visibility: 'public',
      language: 'ko',
      reblog: null,
    },
    ...{ content: `<p>글 ${id}</p>`, account: { acct: 'kim', noindex: false }, mentions: [], ...fields },
  };
}

/** @param limit posts of an answer */
async function openServer(statuses: Status[], limit = 2) {
  const order = [...statuses];
  const host = await openHost(({ pathname, searchParams, origin }) => {
    if (pathname === '/api/v1/accounts/lookup')
      return searchParams.get('acct') === 'kim' ? { id: '77' } : status(404);
    const before = BigInt(searchParams.get('max_id') ?? '99999999999999999999');
    const older = order
      .filter(({ id }) => BigInt(id) < before)
      .sort((a, b) => Number(BigInt(b.id) - BigInt(a.id)));
    const part = older.slice(0, limit);
    const link = `<${origin}${pathname}?max_id=${part.at(-1)?.id}>; rel="next", <${origin}${pathname}?min_id=1>; rel="prev"`;
    return (response) =>
      response
        .writeHead(200, { ...(older.length > limit && { link }), 'content-type': 'application/json' })
        .end(JSON.stringify(part));
  });
  return { ...host, statuses: order };
}
type Server = Awaited<ReturnType<typeof openServer>>;

function open(server: Server, options: Record<string, unknown> = {}, context = {}): Source {
  const spec = mastodonSourceSchema.parse({
    ...{ kind: 'mastodon', name: 'posts', server: server.origin, ...server.fields, ...options },
  });
  return createMastodonSource(spec, { ...socialContext(server), ...context });
}

const five = [1, 2, 30, 4, 500].map((id) => statusOf(id));

describeSource('mastodon', async () => {
  const server = await openServer(five);
  return {
    open: () => open(server),
    add: () => {
      server.statuses.push(statusOf(501));
      return 'posts/501';
    },
  };
});

describe('mastodon', () => {
  it('goes down from the newest along the Link header, and later only to what it has', async () => {
    const server = await openServer(five);
    expect(await describeAll(open(server))).toEqual([500, 30, 4, 2, 1].map((id) => `posts/${id}`));
    expect(server.asked.map(({ url }) => url.searchParams.get('max_id'))).toEqual([null, '30', '2']);
    const cursor = await lastCursor(open(server));
    server.asked.length = 0;
    server.statuses.push(statusOf(600), statusOf(601));
    expect(await describeAll(open(server), cursor)).toEqual(['posts/601', 'posts/600']);
    expect(server.asked).toHaveLength(2);
  });

  it('asks for the timeline that is named', async () => {
    const server = await openServer(five, 9);
    const asked = async (options: Record<string, unknown>): Promise<string[]> => {
      server.asked.length = 0;
      await collectAll(open(server, options));
      return server.asked.map(({ url }) => url.pathname + url.search);
    };
    expect(await asked({})).toEqual(['/api/v1/timelines/public?local=true&limit=40']);
    expect(await asked({ timeline: 'public' })).toEqual(['/api/v1/timelines/public?limit=40']);
    expect(await asked({ timeline: 'hashtag', hashtag: '고양이' })).toEqual([
      `/api/v1/timelines/tag/${encodeURIComponent('고양이')}?limit=40`,
    ]);
    expect(await asked({ timeline: 'account', account: 'kim' })).toEqual([
      '/api/v1/accounts/lookup?acct=kim',
      '/api/v1/accounts/77/statuses?exclude_reblogs=true&limit=40',
    ]);
    await expect(collectAll(open(server, { timeline: 'account', account: 'lee' }))).rejects.toMatchObject({
      type: 'InvalidInput',
    });
  });

  it('refuses a hashtag without its timeline, and a timeline without its hashtag', () => {
    for (const options of [
      { hashtag: 'a' },
      { timeline: 'hashtag' },
      { timeline: 'account', hashtag: 'a' },
    ]) {
      const parsed = mastodonSourceSchema.safeParse({
        kind: 'mastodon',
        name: 'x',
        server: 'https://a.example',
        ...options,
      });
      expect(parsed.error?.issues[0].message).toMatch(/^expected with timeline '/);
    }
  });

  it('names nobody: authors and those whom they mention have pseudonyms, the same in all posts', async () => {
    const mention = { acct: 'lee@b.example', username: 'lee', url: 'https://b.example/@lee' };
    const content = `<p><a href="https://b.example/@lee" class="u-url mention">@<span>lee</span></a> 안녕 @lee@b.example</p>`;
    const server = await openServer([
      statusOf(3, { account: { acct: 'lee@b.example' } }),
      statusOf(2, { content, mentions: [mention] }),
      statusOf(1, { url: 'https://a.example/@kim/1' }),
    ]);
    const { host } = new URL(server.origin);
    const [kim, lee] = [await pseudonymOf(host, `kim@${host}`), await pseudonymOf(host, 'lee@b.example')];
    const items = await collectAll(open(server));
    expect(items).toMatchObject([
      { document: { author: lee, uri: `${server.origin}/api/v1/statuses/3` } },
      {
        document: {
          author: kim,
          content: { data: `<p><a href="#" class="u-url mention">@<span>${lee}</span></a> 안녕 @${lee}</p>` },
        },
      },
      { document: { author: kim } },
    ]);
    expect(JSON.stringify(items)).not.toMatch(/kim|lee(?!d)|a key for/);
    expect(JSON.stringify(items)).not.toContain(key);
  });

  it('leaves out boosts, other languages and what is not public; sets aside who asks for it, and other shapes', async () => {
    const server = await openServer(
      [
        statusOf(9, { reblog: { id: '1' } }),
        statusOf(8, { language: 'en' }),
        statusOf(7, { visibility: 'unlisted' }),
        statusOf(6, { account: { acct: 'lee', noindex: true } }),
        statusOf(5, { content: 7 }),
        statusOf(4),
      ],
      9,
    );
    expect(await describeAll(open(server, { languages: ['ko'] }))).toEqual([
      '6: its author asks not to be indexed',
      expect.stringContaining('a post of another shape'),
      'posts/4',
    ]);
  });

  it('brings so many of the newest, and nothing older later', async () => {
    const server = await openServer(five);
    const source = open(server, { maximumPosts: 3 });
    expect(await describeAll(source)).toHaveLength(3);
    expect(await describeAll(source, await lastCursor(source))).toEqual([]);
  });

  it('waits until its limit is renewed, by the headers or by 429', async () => {
    const server = await openServer(five);
    const reset = new Date(Date.parse('2026-01-02T03:04:05Z') + 60_000).toISOString();
    const first = JSON.stringify([five[4]]);
    server.faults.push(status(429, { 'retry-after': '4' }), (response) =>
      response
        .writeHead(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset, link: '<x>; rel="next"' })
        .end(first),
    );
    expect(await describeAll(open(server))).toHaveLength(5);
    expect(server.waited).toEqual([4_000, 56_000]);
    server.faults.push((response) =>
      response
        .writeHead(200, {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': '2026-01-02T04:04:05Z',
          link: '<x>; rel="next"',
        })
        .end(first),
    );
    expect((await describeAll(open(server))).at(-1)).toMatch('asks for a longer pause');
  });

  it('brings a post of the last days again that was edited, and tells which were deleted', async () => {
    const now = '2026-01-02T01:00:00.000Z';
    const young = (id: number): Status => statusOf(id, { created_at: now });
    const server = await openServer([statusOf(1), ...[2, 3, 4, 5, 6].map(young)]);
    let cursor = await lastCursor(open(server));
    expect(await describeAll(open(server), cursor)).toEqual([]);
    const edit = (id: string, fields: Record<string, unknown>): void => {
      const at = server.statuses.findIndex((it) => it.id === id);
      server.statuses[at] = { ...server.statuses[at], ...fields };
    };
    edit('1', { content: '<p>too old', edited_at: now });
    edit('3', { content: '<p>고쳤다', edited_at: now });
    edit('5', { favourites_count: 7 });
    server.statuses.splice(
      server.statuses.findIndex(({ id }) => id === '4'),
      1,
    );
    server.statuses.push(young(7));
    const items = await collectAll(open(server), cursor);
    expect(items).toMatchObject([
      { document: { id: 'posts/7' } },
      { problem: { uri: `${server.origin}/api/v1/statuses/4`, reason: 'deleted since it was brought' } },
      { document: { id: 'posts/3', content: { data: '<p>고쳤다' }, time: now } },
    ]);
    const cursors = await cursorsOf(open(server), cursor);
    for (const [at, behind] of cursors.entries())
      expect(await collectAll(open(server), behind), `after ${at}`).toHaveLength(2 - at);
    cursor = await lastCursor(open(server), cursor);
    edit('6', { content: '<p>again' });
    expect(await describeAll(open(server, { lookBackDays: 0 }), cursor)).toEqual([]);
    expect(await describeAll(open(server), cursor)).toEqual(['posts/6']);
  });

  it('sends its token as a header', async () => {
    const server = await openServer(five);
    await collectAll(
      open(server, { tokenVariable: 'COPPICE_SOURCE_M' }, { secrets: () => new Secret('t0ken') }),
    );
    expect(
      server.asked.every(
        ({ headers, url }) => headers.authorization === 'Bearer t0ken' && !url.href.includes('t0ken'),
      ),
    ).toBe(true);
  });
});
