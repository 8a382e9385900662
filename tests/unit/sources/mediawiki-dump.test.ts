import { execFile } from 'node:child_process';
import { readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { mediawikiDumpSourceSchema } from '../../../contracts/model-spec/wiki-source.ts';
import { createSource } from '../../../sources/create-source.ts';
import type { Cursor, Source } from '../../../sources/source.ts';
import { describeSource } from '../../support/source-contract.ts';
import { collectAll, cursorsOf, describeAll, lastCursor, temporaryFolder } from './support.ts';

const run = promisify(execFile);

interface Page {
  readonly title: string;
  readonly text: string;
  readonly ns?: number;
  readonly revision?: number;
  readonly redirect?: boolean;
  readonly model?: string;
}

function pageXml(
  { title, text, ns = 0, revision, redirect = false, model = 'wikitext' }: Page,
  at: number,
): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<page><title>${title}</title><ns>${ns}</ns><id>${at + 1}</id>${redirect ? '<redirect title="x" />' : ''}
    <revision><id>${revision ?? at + 10}</id><parentid>1</parentid><timestamp>2026-01-01T00:00:00Z</timestamp>
      <contributor><username>Kim</username><id>77</id></contributor><comment>/* x */</comment>
      <model>${model}</model><format>text/x-wiki</format>
      <text bytes="${text.length}" xml:space="preserve">${escaped}</text><sha1>x</sha1></revision></page>`;
}

const head = `<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="ko">
  <siteinfo><sitename>위키백과</sitename><base>https://ko.wikipedia.org/wiki/%EB%8C%80%EB%AC%B8</base>
  <namespaces><namespace key="6" case="first-letter">자료</namespace><namespace key="14">갈래</namespace></namespaces></siteinfo>`;

const dump = (pages: readonly Page[]): string => `${head}${pages.map(pageXml).join('\n')}</mediawiki>`;

const articles: Page[] = [
  { title: '가 나', text: "'''가''' &amp; <b>나</b>[[자료:a.jpg|섬네일]][[갈래:글자]]" },
  { title: '다', text: '== 머리 ==\n글\n\n== 빈 ==\n' },
  { title: 'E', text: 'An article.<ref>Not here</ref>' },
];

function open(path: string, options: Record<string, unknown> = {}): Source {
  const spec = mediawikiDumpSourceSchema.parse({ kind: 'mediawiki-dump', name: 'dump', path, ...options });
  return createSource(spec, { baseDirectory: '/', now: () => new Date('2026-01-02T03:04:05Z') });
}

async function fileOf(content: string | Uint8Array, name = 'pages.xml'): Promise<string> {
  return join(await temporaryFolder({ [name]: content }), name);
}

/** As `bzip2` packs it: the parts one behind the other, as multistream dumps are. */
async function bzip2(...parts: readonly string[]): Promise<Buffer> {
  const folder = await temporaryFolder();
  const packed: Buffer[] = [];
  for (const part of parts) {
    await writeFile(join(folder, 'part'), part);
    await run('bzip2', ['-f', join(folder, 'part')]);
    packed.push(await readFile(join(folder, 'part.bz2')));
  }
  return Buffer.concat(packed);
}

describeSource('mediawiki-dump', async () => {
  const path = await fileOf(dump(articles));
  return {
    open: () => open(path),
    add: async () => {
      await writeFile(`${path}.new`, dump([...articles, { title: 'N', text: 'new' }]));
      await rename(`${path}.new`, path);
      return 'dump/4';
    },
  };
});

describe('mediawiki-dump', () => {
  it('brings running text under the title, with the address of the page and the time of its revision', async () => {
    expect(await collectAll(open(await fileOf(dump(articles)), { licence: 'CC-BY-SA-4.0' }))).toMatchObject([
      {
        document: {
          ...{
            id: 'dump/1',
            uri: 'https://ko.wikipedia.org/wiki/%EA%B0%80_%EB%82%98',
            licence: 'CC-BY-SA-4.0',
          },
          time: '2026-01-01T00:00:00.000Z',
          content: { mediaType: 'text/plain', data: '가 나\n\n가 & 나\n' },
        },
      },
      { document: { content: { data: '다\n\n머리\n\n글\n' } } },
      { document: { content: { data: 'E\n\nAn article.\n' } } },
    ]);
  });

  it('reads plain, gzip and bzip2, also of several streams, to the same documents', async () => {
    const xml = dump(articles);
    const ids = await describeAll(open(await fileOf(xml)));
    expect(await describeAll(open(await fileOf(gzipSync(xml), 'pages.xml.gz')))).toEqual(ids);
    const [one, two] = [xml.slice(0, 700), xml.slice(700)];
    expect(await describeAll(open(await fileOf(await bzip2(xml), 'pages.xml.bz2')))).toEqual(ids);
    expect(await describeAll(open(await fileOf(await bzip2(one, two), 'pages.xml.bz2')))).toEqual(ids);
  });

  it('goes on at the stream that it was in, and reads nothing before it again', async () => {
    const many = Array.from({ length: 12 }, (_, at) => ({ title: `P${at}`, text: `[[자료:a.jpg]]글 ${at}` }));
    const xml = dump(many);
    const starts = [...xml.matchAll(/<page>/g)].map(({ index }) => index);
    const cuts = [0, ...starts.filter((_, at) => at % 3 === 0), xml.length];
    const parts = cuts.slice(1).map((end, at) => xml.slice(cuts[at], end));
    const path = await fileOf(await bzip2(...parts), 'pages.xml.bz2');
    const written = 1_700_000_000; // seconds since 1970
    await utimes(path, written, written);
    const whole = await collectAll(open(path));
    expect(whole).toHaveLength(12);
    const cursors = await cursorsOf(open(path));
    const packed = await readFile(path);
    const streams = [...packed.toString('latin1').matchAll(/BZh91AY&SY/g)].map(({ index }) => index);
    expect(streams).toHaveLength(5); // the head, and four of three pages
    await writeFile(path, Buffer.from(packed).fill(0, streams[1] + 10, streams[3]));
    await utimes(path, written, written); // as if nobody had touched it
    for (const at of [7, 8, 11]) {
      const rest = await collectAll(open(path), cursors[at - 1]);
      expect(rest.map((it) => 'document' in it && it.document)).toEqual(
        whole.slice(at).map((it) => 'document' in it && it.document),
      );
    }
    expect((await describeAll(open(path))).at(-1)).toMatch('damaged');
  });

  it.each<[string, (xml: Buffer) => Buffer | Promise<Buffer>]>([
    ['pages.xml', (xml) => xml],
    ['pages.xml.gz', (xml) => gzipSync(xml, { level: 0 })],
    ['pages.xml.bz2', (xml) => bzip2(xml.toString('utf8'))],
  ])('goes on within %s, and parses nothing again that stands long before', async (name, pack) => {
    const many = Array.from({ length: 60 }, (_, at) => ({
      title: `가${at}`,
      text: `[[자료:a.jpg]]${String(Math.sin(at)).repeat(200)} 글 <!-- </page> -->`,
    }));
    const xml = Buffer.from(
      dump(many).replaceAll(/<\/page>(?=\n<page><title>가\d?[27])/g, '</page><!-- </page> -->'),
    );
    const path = await fileOf(await pack(xml), name);
    const written = 1_700_000_000; // seconds since 1970
    await utimes(path, written, written);
    const documents = async (cursor?: Cursor) =>
      (await collectAll(open(path), cursor)).map((it) => 'document' in it && it.document);
    const whole = await documents();
    expect(whole).toHaveLength(60);
    const cursors = await cursorsOf(open(path));
    for (const at of [1, 20, 40, 59]) expect(await documents(cursors[at - 1])).toEqual(whole.slice(at));
    if (name.endsWith('bz2')) return; // a block that is changed is refused
    const early = xml.indexOf('<page>') + 10;
    const spoilt = await pack(Buffer.from(xml).fill('<', early, early + 20_000));
    expect(spoilt).toHaveLength((await readFile(path)).length);
    await writeFile(path, spoilt);
    await utimes(path, written, written); // as if nobody had touched it
    expect(await documents(cursors[58])).toEqual(whole.slice(59));
    expect((await describeAll(open(path))).at(-1)).toMatch('damaged');
  });

  it('leaves out redirects and other namespaces, and sets aside what is too large or no article', async () => {
    const pages: Page[] = [
      { title: 'R', text: '#REDIRECT [[E]]', redirect: true },
      { title: 'Talk:E', text: 'x', ns: 1 },
      { title: 'L', text: 'x'.repeat(2_000) },
      { title: 'J', text: '{}', model: 'json' },
      { title: 'T', text: '{{only\n|a=box}}' },
      { title: 'E', text: 'x' },
    ];
    const expected = ['L: larger than 1000 bytes', 'J: no wikitext', 'T: no running text', 'dump/6'];
    const path = await fileOf(dump(pages));
    expect(await describeAll(open(path, { maximumPageBytes: 1_000 }))).toEqual(expected);
    expect((await describeAll(open(path, { namespaces: [1] }))).at(0)).toBe('dump/2');
  });

  it('brings of a later dump only the pages that were written since the earlier one', async () => {
    const path = await fileOf(dump(articles));
    const cursor = await lastCursor(open(path));
    const later = articles.map((it, at) =>
      at === 1 ? { ...it, text: 'other', revision: 99 } : { ...it, revision: at + 10 },
    );
    const next = await fileOf(dump([...later, { title: 'N', text: 'n', revision: 98 }]));
    expect(await describeAll(open(next), cursor)).toEqual(['dump/2', 'dump/4']);
  });

  it('keeps what stands before the damage, and says of the rest that it is damaged', async () => {
    const many = Array.from({ length: 40 }, (_, at) => ({
      title: `P${at}`,
      text: String(Math.sin(at)).repeat(4_000),
    }));
    const xml = dump(many);
    const cut = await describeAll(open(await fileOf(xml.slice(0, -30_000))));
    expect(cut.length).toBeGreaterThan(30);
    expect(cut.at(-1)).toMatch(/^pages\.xml: damaged: no XML/);
    const packed = gzipSync(xml);
    const half = await describeAll(open(await fileOf(packed.subarray(0, packed.length - 99), 'p.xml.gz')));
    expect(half.at(-1)).toBe('p.xml.gz: damaged: cannot be unpacked');
    const bz2 = await bzip2(xml);
    const broken = Buffer.concat([bz2.subarray(0, bz2.length - 2_000), Buffer.alloc(2_000, 7)]);
    expect((await describeAll(open(await fileOf(broken, 'p.xml.bz2')))).at(-1)).toBe(
      'p.xml.bz2: damaged: cannot be unpacked',
    );
    expect((await describeAll(open(await fileOf(`${head}<page><title>\0`)))).at(-1)).toMatch(
      'damaged: no XML',
    );
  });

  it('expands no entities, whatever its document type says, and ends what has no end', async () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>`;
    for (const entity of ['&b;', '&c;']) {
      const xml = `${bomb}${dump([{ title: 'A', text: 'a' }]).replace('<title>A', `<title>${entity}`)}`;
      expect(await describeAll(open(await fileOf(xml)))).toEqual([
        'pages.xml: damaged: no XML (undefined entity.)',
      ]);
    }
    const deep = await describeAll(open(await fileOf(`${head}${'<a>'.repeat(1_000_000)}`)));
    expect(deep).toEqual(['pages.xml: damaged: nested too deeply']);
    const endless = `${head}<page><title>${'x'.repeat(40 * 1_024 * 1_024)}`;
    expect(await describeAll(open(await fileOf(endless)))).toEqual([
      'pages.xml: damaged: a piece of it has no end',
    ]);
  });

  it('says that there is no such file', async () => {
    await expect(collectAll(open('/no/such/dump.xml'))).rejects.toMatchObject({ type: 'SourceUnavailable' });
  });
});
