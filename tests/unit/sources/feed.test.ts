import { describe, expect, it } from 'vitest';
import { collectedDocumentSchema } from '../../../contracts/document.ts';
import { feedSourceSchema } from '../../../contracts/model-spec/feed-source.ts';
import { createFeedSource } from '../../../sources/feed.ts';
import { readFeed } from '../../../sources/feeds/feed-entries.ts';
import type { Cursor, Source } from '../../../sources/source.ts';
import { collectAll, describeAll, lastCursor } from './support.ts';
import { openSite, type Page, type Site } from './web/site.ts';

const CC = 'creativecommons.org/licenses';

function source(site: Site, options: Record<string, unknown> = {}): Source {
  const spec = feedSourceSchema.parse({
    ...{ kind: 'feed', name: 'news', feeds: [`${site.origin}/feed`], delaySeconds: 0 },
    ...{ allowPrivateHosts: ['127.0.0.1'], ...options },
  });
  return createFeedSource(spec, site.context);
}

async function paths(site: Site, options?: Record<string, unknown>): Promise<string[]> {
  const described = await describeAll(source(site, options));
  return described.map((it) => it.replace(/^news\/[^/]*\//, '/'));
}

const rss = (...items: string[]): string =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>${items.map((it) => `<item>${it}</item>`).join('')}</channel></rss>`;
const item = (path: string): string => `<link>${path}</link><guid>${path}</guid><title>소식</title>`;
const html = (text: string): string => `<!doctype html><p>${text}`;

describe('feed source', () => {
  it('follows the entries of RSS to their articles, with the time and the licence that the feed says', async () => {
    const site = await openSite({
      '/feed': rss(
        `${item('/a?x=1&amp;y=2')}<pubDate>Fri, 02 Jan 2026 03:04:15 GMT</pubDate>
         <cc:license xmlns:cc="http://web.resource.org/cc/">https://${CC}/by-sa/4.0/</cc:license>`,
        item('/b'),
      ),
      '/a?x=1&y=2': html('첫 번째 기사'),
      '/b': (_, response) => response.writeHead(302, { location: '/c' }).end(),
      '/c': html('second'),
    });
    const items = await collectAll(source(site));
    expect(
      items.map((it) => ('document' in it ? collectedDocumentSchema.parse(it.document) : it)),
    ).toMatchObject([
      {
        ...{ uri: `${site.origin}/a?x=1&y=2`, time: '2026-01-02T03:04:15.000Z', licence: 'CC-BY-SA-4.0' },
        content: { mediaType: 'text/html', data: html('첫 번째 기사') },
      },
      { uri: `${site.origin}/c` },
    ]);
  });

  it('brings in a second run only what is new or was written again, and asks for a feed only if it has changed', async () => {
    let entries = ['a', 'b'];
    const statuses: number[] = [];
    const feed: Page = (request, response) => {
      const tag = `"${entries.join()}"`;
      statuses.push(request.headers['if-none-match'] === tag ? 304 : 200);
      if (statuses.at(-1) === 304) response.writeHead(304).end();
      else {
        const listed = entries.map(
          (it) =>
            `<entry><id>${it[0]}</id><link href="/${it[0]}"/><updated>2026-01-0${it.length}T00:00:00Z</updated></entry>`,
        );
        response.writeHead(200, { etag: tag, 'content-type': 'application/atom+xml' });
        response.end(`<feed xmlns="http://www.w3.org/2005/Atom">${listed.join('')}</feed>`);
      }
    };
    const site = await openSite({ '/feed': feed, '/a': 'a', '/b': 'b', '/c': 'c' });
    const cursor = await lastCursor(source(site));
    expect(await describeAll(source(site), cursor)).toEqual([]);
    entries = ['c', 'aa', 'b'];
    const news = (await describeAll(source(site), cursor)).map((id) => id.at(-1));
    expect(news).toEqual(['c', 'a']);
    expect(statuses).toEqual([200, 304, 200]);
  });

  it('goes on behind what was kept after a kill, and behind maximumEntries', async () => {
    const site = await openSite({
      '/feed': rss(item('/a'), item('/b'), item('/c')),
      '/a': 'a',
      '/b': 'b',
      '/c': 'c',
    });
    const cursors: Cursor[] = [];
    const collected = source(site, { maximumEntries: 2 }).collect(undefined, new AbortController().signal);
    for await (const { cursor } of collected) cursors.push(cursor());
    expect(cursors).toHaveLength(2);
    site.asked.length = 0;
    const rest = async (cursor: Cursor): Promise<string[]> =>
      (await describeAll(source(site), cursor)).map((id) => id.slice(-2));
    expect(await rest(cursors[0])).toEqual(['/b', '/c']);
    expect(site.asked).toEqual(['/feed', '/b', '/c']);
    expect(await rest(cursors[1])).toEqual(['/c']);
  });

  it('keeps what feeds themselves say where it is told to', async () => {
    const json = {
      ...{ version: 'https://jsonfeed.org/version/1.1', title: 't' },
      items: [
        { id: '1', url: '/1', title: 'A < B', content_html: '<p>one' },
        { id: '2', content_text: 'two < three', date_published: '2026-01-02T00:00:00Z' },
        { id: '3' },
      ],
    };
    const site = await openSite({
      '/feed': (_, response) =>
        response.writeHead(200, { 'content-type': 'application/feed+json' }).end(JSON.stringify(json)),
    });
    expect(await collectAll(source(site, { text: 'feed', licence: 'CC0-1.0' }))).toMatchObject([
      {
        document: {
          content: { mediaType: 'text/html', data: '<h1>A &lt; B</h1>\n<p>one' },
          licence: 'CC0-1.0',
        },
      },
      {
        document: {
          content: { mediaType: 'text/plain', data: 'two < three' },
          time: '2026-01-02T00:00:00.000Z',
        },
      },
      { problem: { reason: 'an entry without text' } },
    ]);
    expect(site.asked).toEqual(['/feed']);
  });

  it('obeys robots.txt and noindex, and sets aside what cannot be had; what may be otherwise soon is asked for again', async () => {
    const pages: Record<string, Page> = {
      '/robots.txt': 'User-agent: *\nDisallow: /private',
      '/feed': rss(
        ...['/private', '/gone', '/failing', '/image', '/noindex', '/busy', '/loop'].map(item),
        '<title>x</title>',
      ),
      '/failing': (request) => request.socket.resetAndDestroy(),
      '/image': (_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('x'),
      '/noindex': '<meta name=robots content=noindex><p>x',
      '/busy': (_, response, visit) =>
        visit === 1
          ? response.writeHead(429, { 'retry-after': '7' }).end()
          : response.writeHead(503, { 'retry-after': '999' }).end(),
      '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
    };
    const site = await openSite(pages);
    expect(await paths(site)).toEqual([
      'private: disallowed by robots.txt',
      'gone: refused (404)',
      expect.stringMatching(/^failing: unreachable/),
      'image: of another media type',
      'noindex: asks not to be kept (noindex)',
      'busy: asks for a longer pause than maximumWaitSeconds',
      'loop: more than 5 redirects',
      'news: an entry without an address',
    ]);
    const cursor = await lastCursor(source(site));
    site.pages.set('/failing', 'fine').set('/busy', 'fine');
    const again = (await describeAll(source(site), cursor)).map((id) => id.slice(id.lastIndexOf('/')));
    expect(again).toEqual(['/failing', '/busy']);
  });

  it.each([
    ['a page', '<html><body>x', 'no feed'],
    ['bytes', '\0\x01\x02', 'no feed'],
    ['elements without end', `<rss version="2.0"><channel>${'<a>'.repeat(100_000)}`, 'no feed'],
    [
      'JSON without end',
      `{"version":"https://jsonfeed.org/version/1.1","items":${'['.repeat(100_000)}`,
      'no feed',
    ],
    [
      'a feed larger than it may be',
      `<rss version="2.0">${' '.repeat(2_000_000)}`,
      'larger than 1000000 bytes',
    ],
  ])('sets a feed aside that is %s', async (_, body, reason) => {
    const site = await openSite({
      '/feed': (_request, response) => response.writeHead(200, { 'content-type': 'text/xml' }).end(body),
    });
    expect(await paths(site, { maximumReplyBytes: 1_000_000 })).toEqual([`feed: ${reason}`]);
  });

  it('does not expand entities that a feed makes of each other', () => {
    const entities = 'bcdefghij'
      .split('')
      .map((it, at) => `<!ENTITY ${it} "${`&${'abcdefghi'[at]};`.repeat(10)}">`);
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">${entities.join('')}]>${rss('<title>&j;</title><link>/a</link>')}`;
    const [{ title = '' }] = readFeed(Buffer.from(bomb), 'text/xml', 'https://example.org/') ?? [{}];
    expect(title.length).toBeLessThan(100);
  });

  it('reads Korean as it was written before UTF-8, whether the header says so or the feed', () => {
    const title = Buffer.from('c7d1b1db', 'hex');
    const feed = (declaration: string): Buffer =>
      Buffer.concat([
        Buffer.from(`${declaration}<rss version="2.0"><channel><item><title>`),
        title,
        Buffer.from('</title></item></channel></rss>'),
      ]);
    const titles = [
      readFeed(feed('<?xml version="1.0" encoding="euc-kr"?>'), 'text/xml', 'https://example.org/'),
      readFeed(feed('<?xml version="1.0"?>'), 'text/xml; charset=euc-kr', 'https://example.org/'),
    ].map((entries) => entries?.[0].title);
    expect(titles).toEqual(['한글', '한글']);
  });

  it('asks no private address unless its host is named, and refuses a foreign cursor', async () => {
    const site = await openSite({ '/feed': rss(item('/a')) });
    expect(await paths(site, { allowPrivateHosts: [] })).toEqual([
      'feed: robots.txt cannot be had: the host has an address that is not public',
    ]);
    await expect(collectAll(source(site), { version: 1, seen: 'AAAA' })).rejects.toMatchObject({
      type: 'InvalidInput',
    });
  });

  it.each([
    ['feeds', { feeds: [] }],
    ['feeds', { feeds: ['ftp://example.org/feed'] }],
    ['text', { text: 'both' }],
    ['maximumEntries', { maximumEntries: 0 }],
    ['userAgent', { userAgent: '7' }],
  ])('is refused for its %s: %j', (field, wrong) => {
    const { error } = feedSourceSchema.safeParse({
      kind: 'feed',
      name: 'n',
      feeds: ['https://example.org/'],
      ...wrong,
    });
    expect(error?.issues.map(({ path }) => path[0])).toContain(field);
  });
});
