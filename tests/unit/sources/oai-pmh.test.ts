import { describe, expect, it } from 'vitest';
import { oaiPmhSourceSchema } from '../../../contracts/model-spec/archive-source.ts';
import { createOaiPmhSource } from '../../../sources/oai-pmh.ts';
import type { Source } from '../../../sources/source.ts';
import { describeSource } from '../../support/source-contract.ts';
import { openHost, status } from './api/host.ts';
import { collectAll, describeAll, lastCursor } from './support.ts';

interface Record_ {
  readonly id: string;
  readonly stamp: string;
  readonly metadata?: string;
  readonly deleted?: boolean;
}

const dc = (id: string, more = ''): string =>
  `<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
    <dc:title>On ${id}</dc:title><dc:creator>Kim</dc:creator><dc:description>초록
    of it.</dc:description><dc:date>2025-12-31</dc:date><dc:identifier>doi:10.1/${id}</dc:identifier>
    <dc:identifier>https://archive.example.org/${id}</dc:identifier>${more}</oai_dc:dc>`;

/** @param limit records of a part */
async function openArchive(
  records: readonly Record_[],
  { limit = 2, today = '2026-01-10', pdf = '%PDF-1.7 …' } = {},
) {
  const all = [...records];
  const clock = { today };
  const host = await openHost(({ pathname, searchParams: asked }) => {
    if (pathname.endsWith('.pdf')) return pathname === '/gone.pdf' ? status(404) : pdf;
    const answer = (inside: string): string =>
      `<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
       <responseDate>${clock.today}T12:00:00Z</responseDate><request verb="x">x</request>${inside}</OAI-PMH>`;
    if (asked.get('verb') === 'Identify')
      return answer('<Identify><granularity>YYYY-MM-DD</granularity></Identify>');
    const [from, until, begin] = (
      asked.get('resumptionToken') ?? `${asked.get('from') ?? ''}|${asked.get('until') ?? '9999'}|0`
    ).split('|');
    const found = all.filter(({ stamp }) => stamp >= from && stamp <= until);
    if (found.length === 0) return answer('<error code="noRecordsMatch">none</error>');
    const end = Number(begin) + limit;
    const part = found.slice(Number(begin), end).map(
      ({ id, stamp, metadata = dc(id), deleted = false }) =>
        `<record><header${deleted ? ' status="deleted"' : ''}><identifier>oai:a:${id}</identifier><datestamp>${stamp}</datestamp></header>
         ${deleted ? '' : `<metadata>${metadata}</metadata>`}</record>`,
    );
    const next = end < found.length ? `${from}|${until}|${end}` : '';
    return answer(
      `<ListRecords>${part.join('')}<resumptionToken completeListSize="${found.length}">${next}</resumptionToken></ListRecords>`,
    );
  });
  return { ...host, records: all, clock };
}
type Archive = Awaited<ReturnType<typeof openArchive>>;

function open(archive: Archive, options: Record<string, unknown> = {}): Source {
  const spec = oaiPmhSourceSchema.parse({
    ...{ kind: 'oai-pmh', name: 'papers', url: `${archive.origin}/oai`, ...archive.fields, ...options },
  });
  return createOaiPmhSource(spec, archive.context);
}

const five = ['01', '02', '03', '10', '10'].map((day, at) => ({
  id: String(at + 1),
  stamp: `2026-01-${day}`,
}));

describeSource('oai-pmh', async () => {
  const archive = await openArchive(five);
  return {
    open: () => open(archive),
    add: () => {
      archive.records.push({ id: '6', stamp: '2026-01-10' });
      return 'papers/oai:a:6';
    },
  };
});

describe('oai-pmh', () => {
  it('brings titles and abstracts of Dublin Core, with address, time and licence', async () => {
    const rights =
      '<dc:rights>free</dc:rights><dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>';
    const archive = await openArchive([{ id: '1', stamp: '2026-01-01', metadata: dc('1', rights) }]);
    expect(await collectAll(open(archive))).toMatchObject([
      {
        document: {
          ...{ id: 'papers/oai:a:1', uri: 'https://archive.example.org/1', licence: 'CC-BY-4.0' },
          ...{ time: '2025-12-31T00:00:00.000Z', content: { data: 'On 1\n\n초록 of it.\n' } },
        },
      },
    ]);
  });

  it('brings the papers whose PDF a record names, and goes on between paper and abstract', async () => {
    const files = { origin: '' };
    const named = (path: string): string => `<dc:relation> ${files.origin}${path} </dc:relation>`;
    const archive = await openArchive([]);
    files.origin = archive.origin;
    for (const [id, path] of [
      ['1', '/1.pdf'],
      ['2', '/gone.pdf'],
      ['3', '/3.html'],
    ])
      archive.records.push({ id, stamp: '2026-01-01', metadata: dc(id, named(path)) });
    const expected = [
      'papers/oai:a:1.pdf',
      'papers/oai:a:1',
      'gone.pdf: its PDF cannot be had (InvalidInput)',
      'papers/oai:a:2',
      'papers/oai:a:3',
    ];
    expect(await describeAll(open(archive, { pdf: true }))).toEqual(expected);
    expect(await describeAll(open(archive))).toEqual(expected.filter((it) => !it.includes('.pdf')));
    for await (const { cursor } of open(archive, { pdf: true }).collect(
      undefined,
      new AbortController().signal,
    )) {
      archive.asked.length = 0;
      expect(await describeAll(open(archive, { pdf: true }), cursor())).toEqual(expected.slice(1));
      expect(archive.asked.some(({ url }) => url.pathname === '/1.pdf')).toBe(false);
      break;
    }
  });

  it('reads the format of arXiv', async () => {
    const metadata = `<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2601.00001</id><created>2026-01-01</created>
      <updated>2026-01-02</updated><title>A title</title><abstract> An abstract. </abstract>
      <license>http://creativecommons.org/publicdomain/zero/1.0/</license></arXiv>`;
    const archive = await openArchive([{ id: 'x', stamp: '2026-01-01', metadata }]);
    expect(await collectAll(open(archive, { format: 'arXiv', set: 'cs' }))).toMatchObject([
      {
        document: {
          ...{
            uri: 'https://arxiv.org/abs/2601.00001',
            licence: 'CC0-1.0',
            time: '2026-01-02T00:00:00.000Z',
          },
          content: { data: 'A title\n\nAn abstract.\n' },
        },
      },
    ]);
    expect(Object.fromEntries(archive.asked[1].url.searchParams)).toEqual({
      ...{ verb: 'ListRecords', metadataPrefix: 'arXiv', set: 'cs' },
    });
  });

  it('asks in later runs for what has changed since the last one began', async () => {
    const archive = await openArchive(five);
    const cursor = await lastCursor(open(archive));
    archive.clock.today = '2026-02-01';
    archive.records.push({ id: '7', stamp: '2026-01-20' });
    archive.records[0] = { id: '1', stamp: '2026-01-21', metadata: dc('1, once more') };
    expect(await describeAll(open(archive), cursor)).toEqual(['papers/oai:a:1', 'papers/oai:a:7']);
    expect(archive.asked.at(-2)?.url.searchParams.get('from')).toBe('2026-01-10');
  });

  it('keeps to the days that are named, leaves out what was deleted, sets aside what has no abstract', async () => {
    const archive = await openArchive([
      { id: '1', stamp: '2026-01-01' },
      { id: '2', stamp: '2026-01-02', deleted: true },
      { id: '3', stamp: '2026-01-03', metadata: '<dc><title>T</title></dc>' },
      { id: '4', stamp: '2026-01-04' },
      { id: '5', stamp: '2026-01-05' },
    ]);
    expect(await describeAll(open(archive, { since: '2026-01-02', until: '2026-01-04' }))).toEqual([
      'oai:a:3: no title or no abstract',
      'papers/oai:a:4',
    ]);
  });

  it('brings so many records in a run, and the others in the next', async () => {
    const source = open(await openArchive(five), { maximumRecords: 3 });
    expect(await describeAll(source)).toHaveLength(3);
    expect(await describeAll(source, await lastCursor(source))).toHaveLength(2);
  });

  it('begins its list anew where the archive has forgotten the part that it was at', async () => {
    const archive = await openArchive(five);
    const source = open(archive, { maximumRecords: 3 });
    const cursor = await lastCursor(source);
    const forgotten = '<OAI-PMH><error code="badResumptionToken">expired</error></OAI-PMH>';
    archive.faults.push(forgotten);
    expect(await describeAll(open(archive), cursor)).toEqual(
      [1, 2, 3, 4, 5].map((id) => `papers/oai:a:${id}`),
    );
    const token = '<OAI-PMH><ListRecords><resumptionToken>x</resumptionToken></ListRecords></OAI-PMH>';
    archive.faults.push(forgotten, token, forgotten);
    await expect(collectAll(source, cursor)).rejects.toMatchObject({ type: 'SourceUnavailable' });
  });

  it('waits as 503 asks it to, and says what the archive refuses', async () => {
    const archive = await openArchive(five);
    archive.faults.push(status(503, { 'retry-after': '20' }));
    expect(await describeAll(open(archive))).toHaveLength(5);
    expect(archive.waited).toEqual([20_000]);
    const identify = '<OAI-PMH><responseDate>2026-01-10T00:00:00Z</responseDate></OAI-PMH>';
    const refuse = (code: string): string => `<OAI-PMH><error code="${code}">why</error></OAI-PMH>`;
    for (const [faults, type, message] of [
      [['<html></html>'], 'SourceUnavailable', 'does not answer as OAI-PMH does'],
      [['<a>'], 'SourceUnavailable', 'no XML'],
      [[identify, refuse('badArgument')], 'InvalidInput', 'refuses (badArgument): why'],
      [[identify, refuse('badResumptionToken')], 'InvalidInput', 'badResumptionToken'],
    ] as const) {
      archive.faults.push(...faults);
      const error: unknown = await collectAll(open(archive)).catch((it: unknown) => it);
      expect(error).toMatchObject({ type, message: expect.stringContaining(message) as string });
    }
  });
});
