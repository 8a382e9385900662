import { describe, expect, it } from 'vitest';
import { mediawikiSourceSchema } from '../../../contracts/model-spec/wiki-source.ts';
import { Secret } from '../../../settings/secret.ts';
import { createMediawikiSource } from '../../../sources/mediawiki.ts';
import type { Source } from '../../../sources/source.ts';
import { describeSource } from '../../support/source-contract.ts';
import { status } from './api/host.ts';
import { collectAll, describeAll, lastCursor } from './support.ts';
import { openWiki } from './wiki/wiki.ts';

type Wiki = Awaited<ReturnType<typeof openWiki>>;

function open(
  wiki: Wiki,
  options: Record<string, unknown> = {},
  context: Partial<Wiki['context']> = {},
): Source {
  const spec = mediawikiSourceSchema.parse({
    ...{ kind: 'mediawiki', name: 'wiki', api: `${wiki.origin}/w/api.php`, ...wiki.fields, ...options },
  });
  return createMediawikiSource(spec, { ...wiki.context, ...context });
}

const titles = ['가', '나', '다', '라', '마'];

for (const partSize of [1, 2, 10])
  describeSource(`mediawiki, ${partSize} to a part,`, async () => {
    const wiki = await openWiki(titles, partSize);
    return {
      open: () => open(wiki),
      add: () => `wiki/${wiki.write('새 글', 'new').id}`,
      asked: wiki.texts,
    };
  });

describe('mediawiki', () => {
  it('brings running text under the title, with the address, time and licence that the wiki says', async () => {
    const wiki = await openWiki([]);
    wiki.write('조선/임금', "'''세종'''은 [[조선]]의 임금이다.[[자료:a.jpg|섬네일]] [[모둠:임금]]");
    expect(await collectAll(open(wiki))).toMatchObject([
      {
        document: {
          uri: 'http://wiki.example.org/wiki/%EC%A1%B0%EC%84%A0/%EC%9E%84%EA%B8%88',
          time: '2026-01-01T00:00:01.000Z',
          licence: 'CC-BY-SA-4.0',
          content: { mediaType: 'text/plain', data: '조선/임금\n\n세종은 조선의 임금이다.\n' },
        },
      },
    ]);
    expect(await collectAll(open(wiki, { licence: 'ours' }))).toMatchObject([
      { document: { licence: 'ours' } },
    ]);
  });

  it('brings in later runs what was written since, once, however often it was written', async () => {
    const wiki = await openWiki(titles);
    const cursor = await lastCursor(open(wiki));
    for (const text of ['a', 'b', 'c']) wiki.write('나', text);
    wiki.write('다', 'd');
    const before = wiki.texts().length;
    expect(await describeAll(open(wiki), cursor)).toEqual(['wiki/99', 'wiki/98']);
    expect(wiki.texts().slice(before)).toEqual(['99', '98']);
    expect(wiki.asked.slice(-6).some(({ url }) => url.searchParams.has('generator'))).toBe(false);
  });

  it('compares the revisions of all pages where the last run is too long ago for the wiki to know', async () => {
    const wiki = await openWiki(titles);
    const cursor = await lastCursor(open(wiki));
    wiki.write('라', 'x');
    wiki.pass(26 * 24 * 3_600);
    const before = wiki.texts().length;
    expect(await describeAll(open(wiki), cursor)).toEqual(['wiki/97']);
    expect(wiki.texts().slice(before)).toEqual(['97']);
    expect(wiki.asked.filter(({ url }) => url.searchParams.has('rcstart'))).toEqual([]);
  });

  it('brings so many pages in a run, and the others in the next', async () => {
    const wiki = await openWiki(titles);
    const first = open(wiki, { maximumPages: 3 });
    expect(await describeAll(first)).toHaveLength(3);
    expect(await describeAll(first, await lastCursor(first))).toHaveLength(2);
  });

  it('leaves out redirects, other namespaces, what is gone meanwhile, and sets aside what is no article', async () => {
    const wiki = await openWiki(['가']);
    wiki.write('넘김', '#넘겨주기 [[가]]', { redirect: true });
    wiki.write('말없이 넘김', '#REDIRECT [[가]]');
    wiki.write('표', '{"a": 1}', { model: 'json' });
    wiki.write('빈', '{{틀\n}}');
    wiki.write('큰', 'x'.repeat(200));
    expect((await describeAll(open(wiki, { namespaces: [0, 14], maximumPageBytes: 100 }))).sort()).toEqual([
      '%EB%B9%88: no running text',
      '%ED%81%B0: larger than 100 bytes',
      '%ED%91%9C: no wikitext',
      'wiki/100',
    ]);
  });

  it('waits while the copies of the wiki lag behind, and gives up after a while', async () => {
    const wiki = await openWiki(titles);
    const lag = { error: { code: 'maxlag', info: 'Waiting for a host: 7 seconds lagged' } };
    wiki.faults.push(
      (response) => response.writeHead(200, { 'retry-after': '7' }).end(JSON.stringify(lag)),
      lag,
    );
    expect(await describeAll(open(wiki))).toHaveLength(5);
    expect(wiki.waited).toEqual([7_000, 5_000]);
    expect(wiki.asked[0].url.searchParams.get('maxlag')).toBe('5');
    wiki.faults.push(...Array.from({ length: 5 }, () => lag));
    await expect(collectAll(open(wiki))).rejects.toMatchObject({ type: 'SourceUnavailable' });
  });

  it('waits as 429 and 503 ask it to; where that is too long the rest is left for the next run', async () => {
    const wiki = await openWiki(titles);
    wiki.faults.push(status(429, { 'retry-after': '9' }), status(503, { 'retry-after': '3' }));
    expect(await describeAll(open(wiki))).toHaveLength(5);
    expect(wiki.waited).toEqual([9_000, 3_000]);
    wiki.faults.push(status(429, { 'retry-after': '9999' }));
    expect(await describeAll(open(wiki))).toEqual([
      'api.php: asks for a longer pause than maximumWaitSeconds',
    ]);
  });

  it('says what went wrong: no JSON, another shape, an error of the wiki, a refusal, a redirect elsewhere', async () => {
    const wiki = await openWiki(titles);
    for (const [fault, type, message] of [
      ['<html>busy', 'SourceUnavailable', 'what is no JSON'],
      [{ query: { general: 1 } }, 'SourceUnavailable', 'answered in another shape'],
      [{ error: { code: 'badvalue', info: 'Unrecognized value' } }, 'InvalidInput', 'badvalue'],
      [status(403), 'SourceForbidden', 'answered 403'],
      [status(404), 'InvalidInput', 'answered 404'],
      [status(302, { location: 'https://example.org/' }), 'InvalidInput', 'redirects to https://example.org'],
      [status(302), 'InvalidInput', 'redirects to no address'],
    ] as const) {
      wiki.faults.push(fault);
      const error: unknown = await collectAll(open(wiki)).catch((it: unknown) => it);
      expect(error).toMatchObject({ type, message: expect.stringContaining(message) as string });
    }
  });

  it('ends a circle of redirects, a body without end, and connections that break each time', async () => {
    const wiki = await openWiki(titles);
    const failure = async (faults: Wiki['faults'], options = {}): Promise<unknown> => {
      wiki.faults.splice(0, Number.POSITIVE_INFINITY, ...faults);
      return collectAll(open(wiki, options)).catch((it: unknown) => (it as Error).message);
    };
    const circle = Array.from({ length: 9 }, () => status(302, { location: '/w/api.php' }));
    expect(await failure(circle)).toMatch('more than 5 redirects');
    const endless: Wiki['faults'][number] = (response) => {
      response.writeHead(200);
      const write = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, ' ')));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
    };
    expect(await failure([endless], { maximumReplyBytes: 300_000 })).toMatch('larger than 300000 bytes');
    const broken = Array.from(
      { length: 3 },
      (): Wiki['faults'][number] =>
        (_, { socket }) =>
          socket.resetAndDestroy(),
    );
    expect(await failure(broken)).toMatch('unreachable (');
    expect(await failure(broken.slice(1))).toHaveLength(5);
  });

  it('is not asked on an address that is not public unless its host is named', async () => {
    const wiki = await openWiki(titles);
    await expect(collectAll(open(wiki, { allowPrivateHosts: [] }))).rejects.toMatchObject({
      type: 'SourceForbidden',
    });
    expect(wiki.asked).toEqual([]);
  });

  it('sends a token of the environment as a header alone, and says nothing of it', async () => {
    const wiki = await openWiki(titles);
    const secrets = (variable: string) =>
      variable === 'COPPICE_SOURCE_WIKI' ? new Secret('t0ken') : undefined;
    const source = open(wiki, { tokenVariable: 'COPPICE_SOURCE_WIKI' }, { secrets });
    const items = await collectAll(source);
    expect(items).toHaveLength(5);
    expect(new Set(wiki.asked.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer t0ken']),
    );
    expect(wiki.asked.map(({ url }) => url.href).join()).not.toContain('t0ken');
    const cursors = items.map(({ cursor }) => Buffer.from(cursor().seen, 'base64').toString('latin1'));
    expect(JSON.stringify([items, cursors])).not.toContain('t0ken');
    wiki.faults.push(status(401));
    const error: unknown = await collectAll(source).catch((it: unknown) => it);
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain('t0ken');
    await expect(
      collectAll(open(wiki, { tokenVariable: 'COPPICE_SOURCE_NONE' }, { secrets })),
    ).rejects.toThrow("the worker's environment has no variable COPPICE_SOURCE_NONE");
    expect(() => open(wiki, { tokenVariable: 'MINIO_SECRET_KEY' })).toThrow('COPPICE_SOURCE_');
  });
});
