import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseSitemap } from '../../../../sources/web/sitemaps.ts';
import { collectAll, describeAll, lastCursor } from '../support.ts';
import { links, openSite, type Page, type Site } from './site.ts';

async function crawl(site: Site, options?: Record<string, unknown>): Promise<string[]> {
  const described = await describeAll(site.source({ sitemaps: true, ...options }));
  return described.map((it) => it.replace(/^site\/[^/]*\//, '/'));
}

type Answer = Exclude<Page, string>;

const xml =
  (body: string | Buffer, type = 'application/xml'): Answer =>
  (_, response) =>
    response.writeHead(200, { 'content-type': type }).end(body);
const listed = (site: () => string, ...paths: string[]): string =>
  `<?xml version="1.0"?><urlset>${paths.map((path) => `<url><loc>${site()}${path}</loc></url>`).join('')}</urlset>`;
const index = (site: () => string, ...paths: string[]): string =>
  `<sitemapindex>${paths.map((path) => `<sitemap><loc> ${site()}${path} </loc></sitemap>`).join('')}</sitemapindex>`;

describe('sitemaps', () => {
  it('name pages to which no link leads, from the usual place where robots.txt names none', async () => {
    let origin = '';
    const site = await openSite({
      '/sitemap.xml': (request, response, visit) =>
        void xml(listed(() => origin, '/a?x=1&amp;y=2', '/en/b', 'x'))(request, response, visit),
      '/': 'home',
      '/a?x=1&y=2': 'a',
      '/en/b': 'b',
    });
    ({ origin } = site);
    expect(await crawl(site)).toEqual(['/', '/a?x=1&y=2', '/en/b']);
    expect(await crawl(site, { include: ['/en/**'] })).toEqual(['/en/b']);
    expect(await crawl(site, { maximumDepth: 0 })).toEqual(['/']);
    expect(await crawl(site, { sitemaps: false })).toEqual(['/']);
  });

  it('are read as robots.txt names them: indexes, packed ones, lists, those behind redirects, and each once', async () => {
    let origin = '';
    const of = (): string => origin;
    const late =
      (page: () => Answer): Answer =>
      (...args) =>
        page()(...args);
    const site = await openSite({
      '/robots.txt': (request, response, visit) =>
        void xml(`Sitemap: ${origin}/index.xml\nSitemap: ${origin}/gone.xml`, 'text/plain')(
          request,
          response,
          visit,
        ),
      '/index.xml': late(() =>
        xml(index(of, '/index.xml', '/packed.xml.gz', '/list.txt', '/moved.xml', '/cut.gz', '/bomb.gz')),
      ),
      '/packed.xml.gz': late(() => xml(gzipSync(listed(of, '/a')), 'application/x-gzip')),
      '/list.txt': late(() => xml(`${origin}/b\n${origin}/a\n`, 'text/plain')),
      '/moved.xml': (_, response) => response.writeHead(301, { location: '/index2.xml' }).end(),
      '/index2.xml': late(() => xml(index(of, '/index.xml', '/index2.xml'))),
      '/cut.gz': xml(gzipSync('<urlset>'.repeat(1_000)).subarray(0, 30)),
      '/bomb.gz': xml(gzipSync(Buffer.alloc(60 * 1_024 * 1_024))),
      '/': 'home',
      '/a': 'a',
      '/b': 'b',
    });
    ({ origin } = site);
    expect(await crawl(site)).toEqual([
      'gone.xml: sitemap: refused (404)',
      'cut.gz: sitemap: packed text that is damaged',
      'bomb.gz: sitemap: larger than 52428800 bytes',
      '/',
      '/a',
      '/b',
    ]);
    expect(site.asked.filter((path) => path === '/index.xml')).toHaveLength(1);
  });

  it('are not asked for again where a crawl goes on, but by the next one', async () => {
    const site = await openSite({ '/sitemap.xml': xml('<urlset/>'), '/': links('/a'), '/a': 'a' });
    const source = (): ReturnType<Site['source']> => site.source({ sitemaps: true });
    for await (const item of source().collect(undefined, new AbortController().signal)) {
      const cursor = item.cursor();
      await collectAll(source(), cursor);
      break;
    }
    expect(site.asked).toEqual(['/sitemap.xml', '/', '/a']);
    site.asked.length = 0;
    await collectAll(source(), await lastCursor(source()));
    expect(site.asked.filter((path) => path === '/sitemap.xml')).toHaveLength(2);
  });

  it('spare pages that were had and have not changed since, as they say', async () => {
    let origin = '';
    let times: Record<string, string> = {
      '/': '2020-01-01',
      '/a': '2020-01-01',
      '/b': '2020-05-05T10:00:00Z',
    };
    const today = new Date().toISOString().slice(0, 10);
    const list = (): string =>
      `<urlset>${['/', '/a', '/b', '/c', '/d', '/e']
        .map((path) => `<url><loc>${origin}${path}</loc><lastmod>${times[path] ?? ''}</lastmod></url>`)
        .join('')}</urlset>`;
    let isBroken = true;
    const site = await openSite({
      '/sitemap.xml': (request, response, visit) => void xml(list())(request, response, visit),
      ...{ '/': 'home', '/a': 'a', '/b': 'b', '/c': 'c', '/d': 'd' },
      '/e': (_, response) =>
        response.writeHead(isBroken ? 403 : 200, { 'content-type': 'text/plain' }).end('e'),
    });
    ({ origin } = site);
    times = { ...times, '/c': today, '/e': '2020-01-01' };
    const pass = async (cursor?: Awaited<ReturnType<typeof lastCursor>>) => {
      site.asked.length = 0;
      const next = await lastCursor(site.source({ sitemaps: true }), cursor);
      return { next, asked: site.asked.filter((path) => path !== '/sitemap.xml') };
    };
    const first = await pass();
    expect(first.asked).toEqual(['/', '/a', '/b', '/c', '/d', '/e']);
    // The beginning is looked at always; what changed today may change again; what was refused was not had.
    const second = await pass(first.next);
    expect(second.asked).toEqual(['/', '/c', '/d', '/e']);
    times['/a'] = '2021-01-01';
    isBroken = false;
    const third = await pass(second.next);
    expect(third.asked).toEqual(['/', '/a', '/c', '/d', '/e']);
    expect((await pass(third.next)).asked).toEqual(['/', '/c', '/d']);
  });

  it('expand no entities of their own, and are read in one pass whatever stands in them', () => {
    const addresses = (text: string): string[] => {
      const found = parseSitemap(Buffer.from(text));
      return 'problem' in found ? [found.problem] : [...found.listed].map(({ address }) => address);
    };
    const bomb = `<!DOCTYPE x [<!ENTITY a "${'x'.repeat(1_000)}"><!ENTITY b "&a;&a;&a;">]><urlset><loc>https://e.org/&b;</loc>`;
    expect(addresses(bomb)).toEqual(['https://e.org/&b;']);
    expect(addresses('<urlset><loc><![CDATA[https://e.org/a]]></loc><x:loc>https://e.org/b</x:loc>')).toEqual(
      ['https://e.org/a', 'https://e.org/b'],
    );
    for (const part of [
      '<lastmod>',
      '<lastmod>2026',
      '<lastmod>2026 ',
      '</url>',
      '<loc>',
      '<loc> ',
      '<',
      '<![CDATA[',
      '&',
      'a:loc>',
      ' ',
    ])
      expect(addresses(`<urlset>${part.repeat(500_000)}`)).toEqual([]);
  });
});
