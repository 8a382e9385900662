import { describe, expect, it } from 'vitest';
import { arxivSourceSchema } from '../../../contracts/model-spec/archive-source.ts';
import { createArxivSource } from '../../../sources/arxiv.ts';
import type { Source } from '../../../sources/source.ts';
import { describeSource } from '../../support/source-contract.ts';
import { type Answer, openHost, status } from './api/host.ts';
import { collectAll, describeAll, lastCursor } from './support.ts';

interface Paper {
  readonly id: string;
  /** Minutes after the beginning of 2026. */
  readonly minute: number;
}

const published = (minute: number): string =>
  new Date(Date.UTC(2026, 0, 1, 0, minute, 30)).toISOString().replace('.000', '');

/** @param limit entries of an answer @param pdf what is answered for a paper */
async function openArchive(papers: readonly Paper[], limit = 2, pdf: Answer = '%PDF-1.7 …') {
  const all = [...papers];
  const host = await openHost((url) => {
    if (url.pathname.startsWith('/pdf/')) return pdf;
    const from = /submittedDate:\[(\d{12}) TO/.exec(url.searchParams.get('search_query') ?? '')?.[1] ?? '';
    const found = all
      .filter(({ minute }) => published(minute).replace(/\D/g, '').slice(0, 12) >= from)
      .sort((a, b) => a.minute - b.minute);
    const start = Number(url.searchParams.get('start'));
    const entries = found.slice(start, start + limit).map(
      ({ id, minute }) => `<entry><id>http://arxiv.org/abs/${id}v2</id><updated>2026-06-01T00:00:00Z</updated>
        <published>${published(minute)}</published><title>On\n  ${id}</title><summary>  We show &lt; &amp; more. </summary>
        <author><name>A. Author</name></author><link href="http://arxiv.org/abs/${id}v2" rel="alternate" type="text/html"/>
        <link title="pdf" href="${url.origin}/pdf/${id}v2" rel="related" type="application/pdf"/></entry>`,
    );
    return `<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>ArXiv Query</title>
      <opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">${found.length}</opensearch:totalResults>
      ${entries.join('')}</feed>`;
  });
  return { ...host, papers: all };
}
type Archive = Awaited<ReturnType<typeof openArchive>>;

function open(archive: Archive, options: Record<string, unknown> = {}): Source {
  const spec = arxivSourceSchema.parse({
    ...{
      kind: 'arxiv',
      name: 'papers',
      api: `${archive.origin}/api/query`,
      query: 'cat:cs.CL',
      ...archive.fields,
    },
    ...options,
  });
  return createArxivSource(spec, archive.context);
}

const five = [1, 2, 2, 2, 9].map((minute, at) => ({ id: `2601.0000${at + 1}`, minute }));

for (const pdf of [false, true])
  describeSource(`arxiv ${pdf ? 'with' : 'without'} papers`, async () => {
    const archive = await openArchive(five);
    return {
      open: () => open(archive, { pdf }),
      add: () => {
        archive.papers.push({ id: 'hep-th/0601001', minute: 9 });
        return ['papers/hep-th/0601001', ...(pdf ? ['papers/hep-th/0601001.pdf'] : [])];
      },
    };
  });

describe('arxiv', () => {
  it('brings titles and abstracts, with the address and the time of the paper', async () => {
    const archive = await openArchive(five.slice(0, 1));
    expect(await collectAll(open(archive, { licence: 'ours' }))).toMatchObject([
      {
        document: {
          ...{ id: 'papers/2601.00001', uri: 'http://arxiv.org/abs/2601.00001v2', licence: 'ours' },
          ...{ time: '2026-01-01T00:01:30.000Z' },
          content: { mediaType: 'text/plain', data: 'On 2601.00001\n\nWe show < & more.\n' },
        },
      },
    ]);
  });

  it('waits three seconds between requests unless told otherwise', async () => {
    const archive = await openArchive(five);
    await collectAll(open(archive, { delaySeconds: undefined }));
    expect(new Set(archive.waited)).toEqual(new Set([3_000]));
    expect(archive.waited).toHaveLength(archive.asked.length - 1);
  });

  it('brings the paper beside its abstract where asked for, and says of which there is none', async () => {
    const found = await collectAll(open(await openArchive(five.slice(0, 1)), { pdf: true }));
    expect(found).toMatchObject([
      { document: { id: 'papers/2601.00001' } },
      {
        document: {
          id: 'papers/2601.00001.pdf',
          content: { mediaType: 'application/pdf', data: '%PDF-1.7 …' },
        },
      },
    ]);
    for (const [answer, reason] of [
      ['<html>wait', 'no PDF'],
      [status(404), 'its PDF cannot be had (InvalidInput)'],
    ] as const) {
      const without = await describeAll(open(await openArchive(five.slice(0, 2), 2, answer), { pdf: true }));
      expect(without.filter((it) => it.startsWith('papers/'))).toHaveLength(2);
      expect(without.at(-1)).toBe(`2601.00002v2: ${reason}`);
    }
  });

  it('fetches no paper twice when it goes on after a kill', async () => {
    const archive = await openArchive(five);
    const source = open(archive, { pdf: true });
    for await (const item of source.collect(undefined, new AbortController().signal)) {
      if (!('document' in item) || item.document.id !== 'papers/2601.00003.pdf') continue;
      await collectAll(source, item.cursor());
      break;
    }
    const papers = archive.asked.map(({ url }) => url.pathname).filter((path) => path.startsWith('/pdf/'));
    expect(papers).toEqual(five.map(({ id }) => `/pdf/${id}v2`));
  });

  it('brings so many papers in a run, and the others in the next; begins with a day', async () => {
    const archive = await openArchive(five);
    const source = open(archive, { maximumPapers: 2, since: '2025-12-31' });
    expect(await describeAll(source)).toHaveLength(2);
    expect(archive.asked[0].url.searchParams.get('search_query')).toBe(
      '(cat:cs.CL) AND submittedDate:[202512310000 TO 999912312359]',
    );
    expect(await describeAll(source, await lastCursor(source))).toEqual([
      'papers/2601.00003',
      'papers/2601.00004',
    ]);
  });

  it('says what arXiv refuses, what is no XML, and expands no entities', async () => {
    const archive = await openArchive(five);
    const feed = (inside: string): string => `<feed xmlns="http://www.w3.org/2005/Atom">${inside}</feed>`;
    const bomb = `<!DOCTYPE f [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${feed('<title>&b;</title>')}`;
    for (const [fault, type, message] of [
      [
        feed('<entry><id>http://arxiv.org/api/errors#bad</id><summary>bad query</summary></entry>'),
        'InvalidInput',
        'bad query',
      ],
      ['{}', 'SourceUnavailable', 'no XML'],
      [feed('<entry>').slice(0, -7), 'SourceUnavailable', 'no XML'],
      [bomb, 'SourceUnavailable', 'undefined entity'],
      [feed('<a>'.repeat(1_000)), 'SourceUnavailable', 'nested too deeply'],
    ] as const) {
      archive.faults.push(fault);
      const error: unknown = await collectAll(open(archive)).catch((it: unknown) => it);
      expect(error).toMatchObject({ type, message: expect.stringContaining(message) as string });
    }
    archive.faults.push(status(503, { 'retry-after': '5' }), feed('<entry><id>x</id></entry>'));
    expect(await describeAll(open(archive))).toEqual(['x: an entry of another shape']);
    expect(archive.waited).toEqual([5_000]);
  });
});
