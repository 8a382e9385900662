import { describe, expect, it } from 'vitest';
import { webSourceSchema } from '../../../../contracts/model-spec/collection.ts';
import { createPublicLookup, isPrivateAddress } from '../../../../sources/web/addresses.ts';
import { openCrawlState } from '../../../../sources/web/crawl-state.ts';
import { canonicalOf, headerRules, readMarkup } from '../../../../sources/web/page-markup.ts';
import { decodePage } from '../../../../sources/web/page-text.ts';
import { retryAfterMs } from '../../../../sources/web/patient-client.ts';
import { parseRobots, productToken } from '../../../../sources/web/robots.ts';
import { resolveAddress } from '../../../../sources/web/scope.ts';

describe('isPrivateAddress', () => {
  it.each([
    ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'],
    ...[
      '255.255.255.255',
      '224.0.0.1',
      '::',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:808:808',
      'fe80::1',
      'fc00::1',
    ],
    ...['64:ff9b::7f00:1', '2002:7f00:1::', 'ff02::1', 'no address'],
  ])('holds %s to be private', (address) => expect(isPrivateAddress(address)).toBe(true));

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '192.0.1.1', '2606:4700::1111', '2a00:1450::1'])(
    'holds %s to be public',
    (address) => expect(isPrivateAddress(address)).toBe(false),
  );
});

describe('createPublicLookup', () => {
  const resolve = (allowed: readonly string[], all: boolean): Promise<unknown> =>
    new Promise((found, failed) => {
      createPublicLookup(new Set(allowed))('localhost', { all, family: 4 }, (error, address) => {
        if (error) failed(error);
        else found(address);
      });
    });

  it('refuses a name after it was resolved, and answers in the form in which it was asked', async () => {
    await expect(resolve([], false)).rejects.toThrow('not public');
    expect(await resolve(['localhost'], false)).toBe('127.0.0.1');
    expect(await resolve(['localhost'], true)).toEqual([{ address: '127.0.0.1', family: 4 }]);
  });
});

describe('retryAfterMs', () => {
  const now = Date.parse('2026-01-02T03:04:05Z');

  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Fri, 02 Jan 2026 03:04:15 GMT', 10_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('reads %j', (value, expected) => expect(retryAfterMs(value, now)).toBe(expected));
});

describe('parseRobots', () => {
  const isAllowed = (lines: readonly string[], path: string): boolean =>
    parseRobots(lines.join('\n'), 'https://example.org', 'Coppice/1.0').isAllowed(
      new URL(path, 'https://example.org'),
    );

  it('joins groups of the same name, and lets the longest match decide, allowing where both are as long', () => {
    const lines = [
      'User-agent: COPPICE',
      'Disallow: /a',
      'User-agent: x',
      'Disallow: /',
      'User-agent: coppice',
    ];
    expect(isAllowed([...lines, 'Disallow: /b'], '/a')).toBe(false);
    expect(isAllowed([...lines, 'Disallow: /b'], '/b')).toBe(false);
    expect(isAllowed([...lines, 'Disallow: /b'], '/c')).toBe(true);
    expect(isAllowed(['User-agent: *', 'Disallow: /page', 'Allow: /page'], '/page')).toBe(true);
  });

  it('matches encoded paths, wildcards and ends, and takes broken lines for none', () => {
    const lines = [
      '\uFEFFnonsense',
      'user-agent:*',
      'disallow: /가',
      'disallow: /*.gif$',
      'disallow',
      ': /',
      'crawl-delay: x',
    ];
    expect(isAllowed(lines, '/%EA%B0%80/b')).toBe(false);
    expect(isAllowed(lines, '/x/a.gif')).toBe(false);
    expect(isAllowed(lines, '/x/a.gif?b')).toBe(true);
    expect(parseRobots(lines.join('\n'), 'https://example.org', 'Coppice').crawlDelay).toBe(0);
  });

  it('knows the crawler by the first word of its user agent', () => {
    expect(productToken('Coppice/1.0 (+https://example.org)')).toBe('Coppice');
    expect(productToken('Some-Bot (x)')).toBe('Some-Bot');
  });
});

describe('readMarkup', () => {
  it('reads links against the base, with entities, each once, and no others than http', () => {
    const html = `<base href="/docs/"><base href="/x/"><A HREF='a?b=1&amp;c=2'>x</A><a href=a?b=1&c=2><area href="//other.org/b">
      <a href="javascript:alert(1)"><a href="http://"><script>'<a href="/no">'</script><!-- <a href="/no"> -->`;
    expect(readMarkup(html, 'https://example.org/y/z').links).toEqual([
      'https://example.org/docs/a?b=1&c=2',
      'https://other.org/b',
    ]);
  });

  it('reads a page of a hundred thousand nested tags', () => {
    const html = `${'<div><a href="/a">'.repeat(100_000)}<link rel="canonical" href="/b">`;
    expect(readMarkup(html, 'https://example.org/')).toMatchObject({
      links: ['https://example.org/a'],
      canonical: 'https://example.org/b',
    });
  });
});

describe('canonicalOf and headerRules', () => {
  it('take time that grows with the header alone', () => {
    for (const part of ['<a>', '<a>; rel=', '<a>;rel="x ', '<', ';', ' ', 'a:', ',']) {
      expect(canonicalOf(part.repeat(500_000), 'https://example.org/')).toBeUndefined();
      expect(headerRules(part.repeat(500_000), 'Coppice')).not.toContain('noindex');
    }
  });
});

describe('decodePage', () => {
  it('takes bytes without a label for Korean only if Hangul is what they are', () => {
    expect(decodePage(Buffer.from([0x66, 0xfc, 0x72]), undefined)).toBe('für');
    expect(decodePage(Buffer.from('c7d1b1db', 'hex'), undefined)).toBe('한글');
    expect(decodePage(Buffer.from('b0a1c1a2', 'hex'), 'iso-8859-1')).toBe('가접');
  });
});

describe('resolveAddress', () => {
  it('takes fragments and credentials off, and refuses what is too long or not http', () => {
    expect(resolveAddress('http://u:p@EXAMPLE.org:80/a#b')?.href).toBe('http://example.org/a');
    for (const bad of [
      'ftp://example.org/',
      'file:///etc/passwd',
      `https://example.org/${'a'.repeat(2_000)}`,
      '',
    ])
      expect(resolveAddress(bad)).toBeUndefined();
  });
});

describe('the model file of a crawl', () => {
  it.each([
    ['seeds', { seeds: [] }],
    ['seeds', { seeds: ['ftp://example.org/'] }],
    ['include', { include: ['ko/**'] }],
    ['maximumPages', { maximumPages: 1_000_000 }],
    ['sitemaps', { sitemaps: 'yes' }],
    ['delaySeconds', { delaySeconds: -1 }],
    ['mediaTypes', { mediaTypes: ['HTML'] }],
    ['userAgent', { userAgent: 'Coppice\r\nCookie: a' }],
    ['userAgent', { userAgent: '7' }],
  ])('is refused for its %s: %j', (field, wrong) => {
    const crawl = { kind: 'web', name: 'site', seeds: ['https://example.org/'] };
    expect(webSourceSchema.safeParse(crawl).success).toBe(true);
    const { error } = webSourceSchema.safeParse({ ...crawl, ...wrong });
    expect(error?.issues.map(({ path }) => path[0])).toContain(field);
  });
});

describe('openCrawlState', () => {
  it('keeps the cursor of ten thousand pages below a megabyte', () => {
    const state = openCrawlState(undefined, 10_000);
    for (let number = 0; number < 10_000; number += 1) {
      const url = `https://example.org/text/section-${number % 40}/page-${number}.html`;
      state.looked({
        url,
        depth: 2,
        etag: `"${(number * 2_654_435_761).toString(16)}"`,
        digest: `sha256:${number}`,
      });
    }
    expect(state.cursor().seen.length).toBeLessThan(1_000_000);
    const reopened = openCrawlState(state.cursor(), 10_000);
    expect([...reopened.waiting()]).toEqual([]);
    state.end();
    expect([...openCrawlState(state.cursor(), 10_000).waiting()]).toHaveLength(10_000);
  });
});
