import { describe, expect, it } from 'vitest';
import { collectedDocumentSchema } from '../../../../contracts/document.ts';
import { collectAll, describeAll, lastCursor } from '../support.ts';
import { links, openSite, type Site } from './site.ts';

/** What a crawl brings, host and port left out. */
async function paths(site: Site, options?: Record<string, unknown>): Promise<string[]> {
  const described = await describeAll(site.source(options));
  return described.map((it) => it.replace(`site/${new URL(site.origin).host}`, ''));
}

describe('web source', () => {
  it('follows links breadth first, stays on its host, and makes documents that the contract accepts', async () => {
    const site = await openSite({
      '/': links('/b', 'a#part', '/a', 'https://example.org/', 'mailto:x@example.org', '/missing'),
      '/a': links('/c', '/'),
      '/b': 'plain',
      '/c': '<p>한글',
    });
    expect(await paths(site)).toEqual(['/', '/b', '/a', 'missing: gone (404)', '/c']);
    const [{ document }] = (await collectAll(site.source({ licence: 'CC0-1.0' }))).filter(
      (item) => 'document' in item,
    );
    expect(collectedDocumentSchema.parse(document)).toMatchObject({
      uri: `${site.origin}/`,
      licence: 'CC0-1.0',
      content: { mediaType: 'text/html', encoding: 'utf8' },
    });
  });

  it('keeps to patterns, depth and number of pages; a seed outside the patterns gives its links alone', async () => {
    const site = await openSite({
      '/': links('/ko/a', '/en/a', '/ko/old/b'),
      '/ko/a': links('/ko/가', '/ko/c'),
      '/ko/%EA%B0%80': links('/ko/d'),
      '/ko/c': 'c',
      '/ko/d': 'd',
      '/ko/old/b': 'b',
    });
    const patterns = { include: ['/ko/**'], exclude: ['/ko/old/**'] };
    expect(await paths(site, patterns)).toEqual(['/ko/a', '/ko/%EA%B0%80', '/ko/c', '/ko/d']);
    expect(await paths(site, { ...patterns, maximumDepth: 1 })).toEqual(['/ko/a']);
    expect(await paths(site, { include: ['/ko/가'], seeds: [`${site.origin}/ko/a`] })).toEqual([
      '/ko/%EA%B0%80',
    ]);
    expect(await paths(site, { ...patterns, maximumPages: 2 })).toEqual([
      '/ko/a',
      ': more pages than maximumPages: not all were looked at',
    ]);
  });

  it('asks on a second run whether pages have changed, and brings only those that have, and new ones', async () => {
    const tagged = (tag: () => string, text: () => string) =>
      ((request, response) => {
        if (request.headers['if-none-match'] === tag()) response.writeHead(304).end();
        else response.writeHead(200, { etag: tag(), 'content-type': 'text/html' }).end(text());
      }) satisfies Parameters<Site['pages']['set']>[1];
    const dated = 'Sat, 01 Jan 2000 00:00:00 GMT';
    let version = 'one';
    const statuses: number[] = [];
    const site = await openSite({
      '/': tagged(
        () => `"${version}"`,
        () => (version === 'one' ? links('/a', '/b', '/c') : links('/a', '/b', '/c', '/d')),
      ),
      '/a': tagged(
        () => '"a"',
        () => '<p>a',
      ),
      '/b': (request, response) => {
        const status = request.headers['if-modified-since'] === dated ? 304 : 200;
        statuses.push(status);
        response.writeHead(status, { 'last-modified': dated, 'content-type': 'text/plain' });
        response.end(status === 200 ? 'b' : undefined);
      },
      '/c': 'no validators',
      '/d': 'd',
    });
    const first = await collectAll(site.source());
    expect(first).toHaveLength(4);
    expect(first[2]).toMatchObject({ document: { time: '2000-01-01T00:00:00.000Z' } });
    const cursor = JSON.parse(JSON.stringify(await lastCursor(site.source()))) as never;
    expect(await describeAll(site.source(), cursor)).toEqual([]);
    version = 'two';
    expect(await describeAll(site.source(), cursor)).toMatchObject(
      [/\/$/, /\/d$/].map((it) => expect.stringMatching(it) as string),
    );
    expect(statuses).toEqual([200, 200, 304, 304]);
  });

  it('goes on after the item whose cursor was kept, without asking again for what it has', async () => {
    const site = await openSite({ '/': links('/a', '/b'), '/a': links('/c'), '/b': 'b', '/c': 'c' });
    for await (const item of site.source().collect(undefined, new AbortController().signal)) {
      if (!('document' in item) || !item.document.uri.endsWith('/a')) continue;
      const cursor = item.cursor();
      site.asked.length = 0;
      const rest = await describeAll(site.source(), cursor);
      expect(rest.map((id) => id.slice(-2))).toEqual(['/b', '/c']);
      expect(site.asked).toEqual(['/b', '/c']);
      break;
    }
  });

  it('brings a page from the address that it names as its own, and two that name each other once', async () => {
    const own = (path: string) => `<link rel="canonical" href="${path}"><p>page`;
    const site = await openSite({
      '/': links('/a?session=1', '/a?session=2', '/x', '/elsewhere'),
      '/a?session=1': own('/a'),
      '/a?session=2': own('/a'),
      '/a': own('/a'),
      '/x': own('/y'),
      '/y': own('/x'),
      '/elsewhere': own('https://example.org/a'),
    });
    expect(await paths(site)).toEqual(['/', '/elsewhere', '/a', '/y']);
  });

  it('reads what headers say of a page: its own address, and whether it may be kept and followed', async () => {
    const said =
      (headers: Record<string, string>, body: string): Parameters<Site['pages']['set']>[1] =>
      (_, response) =>
        response.writeHead(200, { 'content-type': 'text/html', ...headers }).end(body);
    const site = await openSite({
      '/': links('/a', '/b', '/c', '/d'),
      '/a': said({ link: '</style.css>; rel=preload, </own>; rel="canonical"' }, '<p>a'),
      '/own': 'own',
      '/b': said({ 'x-robots-tag': 'noindex' }, links('/from-b')),
      '/c': said({ 'x-robots-tag': 'coppice: nofollow' }, links('/from-c')),
      '/d': said({ 'x-robots-tag': 'otherbot: none' }, links('/from-d')),
      ...{ '/from-b': 'b', '/from-c': 'c', '/from-d': 'd' },
    });
    expect(await paths(site)).toEqual([
      '/',
      'b: asks not to be kept (noindex)',
      '/c',
      '/d',
      '/own',
      '/from-b',
      '/from-d',
    ]);
  });

  it('follows redirects within the crawl, and says so of circles, long chains and ways out', async () => {
    const to =
      (location: string): Site['pages'] extends Map<string, infer P> ? P : never =>
      (_, response) =>
        response.writeHead(302, { location }).end();
    const site = await openSite({
      '/': links('/a', '/loop', '/out', '/chain0', '/inside'),
      '/a': to('/b'),
      '/b': 'b',
      '/loop': to('/loop2'),
      '/loop2': to('/loop'),
      '/out': to('https://example.org/'),
      '/inside': to('http://169.254.169.254/latest/meta-data'),
      ...Object.fromEntries([0, 1, 2, 3, 4, 5].map((n) => [`/chain${n}`, to(`/chain${n + 1}`)])),
      '/chain6': 'never seen',
    });
    expect(await paths(site)).toEqual([
      '/',
      'out: redirects out of the crawl',
      'inside: redirects out of the crawl',
      '/b',
      'loop2: redirects in a circle',
      'chain5: more than 5 redirects',
    ]);
  });

  it('obeys what pages say about themselves and links about their targets', async () => {
    const site = await openSite({
      '/': '<meta name="robots" content="noindex"><a href=/a>a</a><a rel="nofollow" href="/b">b</a>',
      '/a': '<META NAME=ROBOTS CONTENT="NoFollow"><a href=/b>b</a>',
      '/b': 'b',
    });
    expect(await paths(site)).toEqual([': asks not to be kept (noindex)', '/a']);
  });

  it('takes pages for what their bytes say where header and page disagree about the charset', async () => {
    const korean = '안녕하세요, 반갑습니다';
    const eucKr = Buffer.from('bec8b3e7c7cfbcbcbfe42c20b9ddb0a9bdc0b4cfb4d9', 'hex');
    const page =
      (type: string, ...parts: (string | Buffer)[]): Parameters<Site['pages']['set']>[1] =>
      (_, response) =>
        response
          .writeHead(200, { 'content-type': type })
          .end(Buffer.concat(parts.map((part) => Buffer.from(part))));
    const site = await openSite({
      '/': links('/a', '/b', '/c', '/d', '/e', '/f'),
      '/f': page('text/html', '<p>', eucKr),
      '/a': page('text/html; charset=euc-kr', '<p>', eucKr),
      '/b': page('text/html', '<meta charset="EUC-KR"><p>', eucKr),
      '/c': page('text/html; charset=utf-8', '<meta charset=euc-kr><p>', eucKr),
      '/d': page('text/html; charset=iso-8859-1', '<p>', korean),
      '/e': page('text/html; charset=nonsense', '<html lang=ko><p>', eucKr),
    });
    const items = await collectAll(site.source());
    for (const item of items.slice(1))
      expect(item).toMatchObject({
        document: { content: { data: expect.stringContaining(korean) as string } },
      });
    expect(items).toHaveLength(7);
  });

  it('sends the user agent that it is given', async () => {
    const agents: unknown[] = [];
    const site = await openSite({
      '/': ({ headers }, response) => {
        agents.push(headers['user-agent']);
        response.writeHead(200, { 'content-type': 'text/plain' }).end('x');
      },
    });
    await collectAll(site.source({ userAgent: 'Coppice (+mailto:corpus@example.org)' }));
    expect(agents).toEqual(['Coppice (+mailto:corpus@example.org)']);
  });

  it('refuses a foreign cursor, and stops with the reason of the signal', async () => {
    const site = await openSite({ '/': 'x' });
    await expect(collectAll(site.source(), { version: 1, seen: 'AAAA' })).rejects.toMatchObject({
      type: 'InvalidInput',
    });
    const stopped = site.source().collect(undefined, AbortSignal.abort(new Error('stopped')));
    await expect(stopped[Symbol.asyncIterator]().next()).rejects.toThrow('stopped');
  });
});
