import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpClient } from '../../../../sources/web/http-get.ts';
import { describeAll } from '../support.ts';
import { links, openSite, type Page, type Site } from './site.ts';

/** Reasons and last parts of paths. */
async function crawl(site: Site, options?: Record<string, unknown>): Promise<string[]> {
  const described = await describeAll(site.source(options));
  return described.map((it) => it.replace(/^site\/.*\//, '/'));
}

const status =
  (code: number, headers: Record<string, string> = {}): Page =>
  (_, response) =>
    response.writeHead(code, headers).end();

describe('a crawl of a host that', () => {
  it('asks it to slow down is as slow as it wants, and asks again', async () => {
    const busyOnce =
      (code: number, after: string): Page =>
      (_, response, visit) =>
        visit === 1
          ? response.writeHead(code, { 'retry-after': after }).end()
          : response.writeHead(200, { 'content-type': 'text/plain' }).end('x');
    const site = await openSite({
      '/': links('/a', '/b'),
      '/a': busyOnce(429, '7'),
      '/b': busyOnce(503, new Date(Date.parse('2026-01-02T03:04:12Z') + 20_000).toUTCString()),
    });
    expect(await crawl(site)).toEqual(['/', '/a', '/b']);
    expect(site.waited).toEqual([7_000, 20_000]);
  });

  it('asks for a longer pause than anybody waits is left for the next run', async () => {
    const site = await openSite({
      '/': links('/a', '/b'),
      '/a': status(429, { 'retry-after': '9999' }),
      '/b': 'b',
    });
    expect(await crawl(site)).toEqual(['/', 'a: asks for a longer pause than maximumWaitSeconds']);
    site.pages.set('/a', 'a');
    expect(site.asked).toEqual(['/', '/a']);
  });

  it('fails for a moment is asked three times, with growing pauses', async () => {
    const site = await openSite({
      '/': links('/reset', '/failing'),
      '/reset': (request, response, visit) =>
        visit < 3
          ? request.socket.resetAndDestroy()
          : response.writeHead(200, { 'content-type': 'text/plain' }).end('x'),
      '/failing': status(500),
    });
    expect(await crawl(site)).toEqual(['/', '/reset', 'failing: refused (500)']);
    expect(site.waited).toEqual([1_000, 2_000, 1_000, 2_000]);
  });

  it('never comes to the end of an answer is left after a while, and may be asked again', async () => {
    const late: Page = (_, response) => response.writeHead(200).write('<p>');
    const site = await openSite({ '/late': late });
    const client = createHttpClient({ allowed: new Set(['127.0.0.1']), timeoutMs: 200 });
    onTestFinished(() => client.close());
    const reply = await client.get(new URL('/late', site.origin), {
      ...{ headers: {}, maximumBytes: 1_000, beyond: 'refuse' },
      signal: new AbortController().signal,
    });
    expect(reply).toEqual({ problem: 'took too long', isPassing: true });
  });

  it('sends bodies without end, bombs, and what is no text, has them set aside', async () => {
    const endless: Page = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      const write = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x')));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
    };
    const packed =
      (bytes: Buffer, encoding = 'gzip'): Page =>
      (_, response) =>
        response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': encoding }).end(bytes);
    const site = await openSite({
      '/': links('/endless', '/bomb', '/cut', '/fine', '/brotli', '/image'),
      '/endless': endless,
      '/bomb': packed(gzipSync(Buffer.alloc(4_000_000))),
      '/cut': packed(gzipSync('<p>'.repeat(1_000)).subarray(0, 30)),
      '/fine': packed(gzipSync('<p>fine')),
      '/brotli': packed(Buffer.from('x'), 'br'),
      '/image': (_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('x'),
    });
    expect(await crawl(site, { maximumPageBytes: 1_000_000 })).toEqual([
      '/',
      'endless: larger than 1000000 bytes',
      'bomb: larger than 1000000 bytes',
      'cut: packed text that is damaged',
      '/fine',
      'brotli: packed in a way that was not asked for',
      'image: of another media type',
    ]);
  });

  it('has rules obeys them: the longest match of its own group, and its pauses', async () => {
    const rules = [
      'User-agent: *',
      'Disallow: /',
      '',
      'User-agent: coppice',
      'Crawl-delay: 3',
      'Disallow: /private',
      'Allow: /private/open',
      'Disallow: /*.pdf$',
    ].join('\n');
    const site = await openSite({
      '/robots.txt': rules,
      '/': links('/private/a', '/private/open/b', '/c.pdf', '/c.pdf?x'),
      '/private/open/b': 'b',
      '/c.pdf?x': 'c',
    });
    expect(await crawl(site, { userAgent: 'Coppice/1.0' })).toEqual([
      '/',
      'a: disallowed by robots.txt',
      '/b',
      'c.pdf: disallowed by robots.txt',
      '/c.pdf?x',
    ]);
    expect(site.waited).toEqual([3_000, 3_000]);
    expect(await crawl(site, { userAgent: 'Other' })).toEqual([': disallowed by robots.txt']);
  });

  it('is asked for one page at a time, with the longer of its pause and ours between two', async () => {
    let [open, most] = [0, 0];
    const page: Page = (_, response) => {
      most = Math.max(most, (open += 1));
      response.once('close', () => (open -= 1));
      response.writeHead(200, { 'content-type': 'text/html' }).end(links('/a', '/b', '/c'));
    };
    const site = await openSite({
      '/robots.txt': 'User-agent: *\nCrawl-delay: 2',
      ...Object.fromEntries(['/', '/a', '/b', '/c'].map((path) => [path, page])),
    });
    await crawl(site, { delaySeconds: 5 });
    expect(site.waited).toEqual([5_000, 5_000, 5_000, 5_000]); // the first after robots.txt
    await crawl(site, { delaySeconds: 1 });
    expect(site.waited.slice(4)).toEqual([1_000, 2_000, 2_000, 2_000]);
    expect([site.asked.length, most]).toEqual([8, 1]);
  });

  it('cannot say its rules is not crawled; one without rules is', async () => {
    for (const [page, found] of [
      [status(500), [': robots.txt cannot be had: refused (500)']],
      [status(404), ['/']],
      [status(403), ['/']],
      [status(302, { location: '/robots.txt' }), ['/']],
      ['User-agent: *\nDisallow: /', [': disallowed by robots.txt']],
    ] satisfies [Page, string[]][]) {
      const site = await openSite({ '/robots.txt': page, '/': 'x' });
      expect(await crawl(site)).toEqual(found);
    }
  });

  it('has more rules than 500 KiB is crawled by those at the beginning', async () => {
    const rules = (size: number): string => `User-agent: *\n${'# x\n'.repeat(size / 4)}Disallow: /\n`;
    const short = await openSite({ '/robots.txt': rules(400_000), '/': 'x' });
    const long = await openSite({ '/robots.txt': rules(600_000), '/': 'x' });
    expect(await crawl(short)).toEqual([': disallowed by robots.txt']);
    expect(await crawl(long)).toEqual(['/']);
  });

  it('has a private address is not asked unless its name is allowed, whether it is a name or a number', async () => {
    const site = await openSite({ '/': 'x' });
    const { port } = new URL(site.origin);
    const refused = ': robots.txt cannot be had: the host has an address that is not public';
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433', '[::ffff:7f00:1]']) {
      const seeds = [`http://${host}:${port}/`];
      expect(await crawl(site, { seeds, allowPrivateHosts: [] })).toEqual([refused]);
    }
    expect(site.asked).toEqual([]);
    expect(
      await crawl(site, { seeds: [`http://localhost:${port}/`], allowPrivateHosts: ['localhost'] }),
    ).toEqual(['/']);
  });
});
