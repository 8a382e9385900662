import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { collectedDocumentSchema } from '../../../../contracts/document.ts';
import { sourceSchema } from '../../../../contracts/model-spec/collection.ts';
import { createSource } from '../../../../sources/create-source.ts';
import type { Source } from '../../../../sources/source.ts';
import {
  collectAll,
  describeAll,
  lastCursor,
  memoryObjects,
  temporaryFolder,
  writeFiles,
} from '../support.ts';

const now = () => new Date('2026-01-02T03:04:05Z');

function tables(baseDirectory: string, options: Record<string, unknown> = {}): Source {
  const spec = sourceSchema.parse({ kind: 'table-files', name: 'rows', path: '.', ...options });
  return createSource(spec, { baseDirectory, now });
}

const lines = (...rows: unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

async function documentsOf(source: Source) {
  return (await collectAll(source)).map((item) =>
    collectedDocumentSchema.parse('document' in item ? item.document : item.problem),
  );
}

describe('sources of tables', () => {
  it('make a document of each row, with what its columns say', async () => {
    const row = { body: '한글', key: 7, link: 'https://example.org/7', at: 1_700_000_000, terms: 'CC0-1.0' };
    const folder = await temporaryFolder({
      'a.jsonl': lines({ ...row, class: true }, { body: 'plain', key: 8 }),
    });
    const columns = { text: 'body', id: 'key', uri: 'link', time: 'at', licence: 'terms', label: 'class' };
    const documents = await documentsOf(
      tables(folder, { columns, licence: 'MIT', mediaType: 'text/markdown' }),
    );
    expect(documents).toEqual([
      {
        ...{ id: 'rows/7', source: 'rows', uri: 'https://example.org/7', licence: 'CC0-1.0', label: 'true' },
        ...{ collectedAt: '2026-01-02T03:04:05.000Z', time: '2023-11-14T22:13:20.000Z' },
        digest: 'sha256:bd87f9bb68b67d2fa1cb82b6751820e946d5b1316d25d5fd96512fb4be44a2a8',
        content: { mediaType: 'text/markdown', encoding: 'utf8', data: '한글' },
      },
      expect.objectContaining({
        id: 'rows/8',
        licence: 'MIT',
        uri: expect.stringMatching(/a\.jsonl#row=2$/) as string,
      }),
    ]);
    expect(documents[1]).not.toHaveProperty('label');
  });

  it('read what the names promise, gzipped or not, and leave other files alone', async () => {
    const folder = await temporaryFolder({
      'a.ndjson.gz': gzipSync(lines({ text: 'one' })),
      'b.csv': '\uFEFFid,text\r\n1,"two, and\r\na ""half"""\r\n',
      'c.TSV': 'text\tid\nthree\t3\n',
      'd.csv': gzipSync('text\nfour\n'),
      'README.md': '# no table',
    });
    const contents = (await documentsOf(tables(folder))).map(({ content }) => content.data);
    expect(contents).toEqual(['one', 'two, and\r\na "half"', 'three', 'four']);
    await writeFiles(folder, { 'README.md': 'text;n\nfive;1\n' });
    const forced = tables(folder, { path: 'README.md', format: 'csv', delimiter: ';' });
    expect((await documentsOf(forced)).map(({ content }) => content.data)).toEqual(['five']);
  });

  it('read CSV of Korean Windows by its charset', async () => {
    const korean = Buffer.from([0xc7, 0xd1, 0xb1, 0xdb]); // 한글 in CP949
    const folder = await temporaryFolder({
      'a.csv': Buffer.concat([Buffer.from('text\n'), korean, Buffer.from('\n')]),
    });
    expect(await documentsOf(tables(folder, { charset: 'euc-kr' }))).toMatchObject([
      { content: { data: '한글' } },
    ]);
    expect(await describeAll(tables(folder))).toEqual(['a.csv#row=2: a row that is not utf-8']);
    expect(await describeAll(tables(folder, { charset: 'martian' }))).toEqual([
      'a.csv: no charset martian is known',
    ]);
  });

  it('read Parquet as Arrow writes it, in every codec, from a folder and from a bucket', async () => {
    const golden = z
      .object({
        files: z.record(z.string(), z.string()),
        rows: z.array(z.record(z.string(), z.string().nullable())),
      })
      .parse(JSON.parse(await readFile('tests/golden/parquet.json', 'utf8')));
    const names = Object.keys(golden.files);
    const files = names.map(
      (name) => [`${name}.parquet`, Buffer.from(golden.files[name], 'base64')] as const,
    );
    const folder = await temporaryFolder(Object.fromEntries(files));
    const columns = { id: 'key', time: 'at', label: 'class' };
    const expected = golden.rows.map(({ text, id, time, label }, row) =>
      text === null ? row + 1 : { text, id: `rows/${id}`, time, label },
    );
    expect(names).toHaveLength(12);
    const objects = memoryObjects(
      new Map(files.map(([name, bytes]) => [`bucket/in/${name}`, gzipSync(bytes)])),
    );
    const spec = { kind: 'table-objects', name: 'rows', bucket: 'bucket', prefix: 'in/', columns };
    const fromBucket = createSource(sourceSchema.parse(spec), { baseDirectory: '/', objects, now });
    for (const source of [tables(folder, { columns }), fromBucket]) {
      const found = (await collectAll(source)).map((item) => {
        if ('problem' in item) return Number(/#row=(\d+)$/.exec(item.problem.uri)?.[1]);
        const { content, id, time, label } = item.document;
        return { text: content.data, id, time, label };
      });
      expect(found).toEqual(names.flatMap(() => expected));
    }
  });

  it('set aside single rows and go on', async () => {
    const folder = await temporaryFolder({
      'a.jsonl': Buffer.concat([
        Buffer.from(
          `${lines({ text: 'one' }, { other: 1 }, { text: 5 }, { text: 'x'.repeat(200) })}{broken\n[1]\n\n`,
        ),
        Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
        Buffer.from(lines({ text: 'a\0b' }, { text: 'two' })),
      ]),
      'b.csv': 'text,id\n"not "closed,1\nfine,2\n"open,3\nfine,4\n5" disk,5\nshort\n',
      'c.csv': 'body\none\n',
    });
    const source = tables(folder, { columns: { id: 'id' }, maximumRowBytes: 150 });
    const reasons = (await describeAll(source)).map((line) => line.replace(/\/[\da-f]{12}$/, '/…'));
    expect(reasons).toEqual([
      'rows/a.jsonl/…',
      'a.jsonl#row=2: no text in "text"',
      'a.jsonl#row=3: no text in "text"',
      'a.jsonl#row=4: a row larger than 150 bytes',
      'a.jsonl#row=5: a row that is no JSON object',
      'a.jsonl#row=6: a row that is no JSON object',
      'a.jsonl#row=8: a row that is not UTF-8',
      'a.jsonl#row=9: not text',
      'rows/a.jsonl/…',
      'b.csv#row=2: a row that is no CSV',
      'rows/2',
      'b.csv#row=4: a row that is no CSV',
      'rows/4',
      'rows/5',
      'rows/b.csv/…',
      'c.csv: no column "text"',
    ]);
  });

  it('keep the rows before the end of a gzip that is cut off, and what unpacks to too much', async () => {
    const rows = Array.from({ length: 200 }, (_, row) => ({ id: row, text: `row ${row} ${Math.sin(row)}` }));
    const packed = gzipSync(lines(...rows));
    const folder = await temporaryFolder({
      'a.jsonl.gz': packed.subarray(0, packed.length / 2),
      'b.jsonl.gz': gzipSync(lines(...Array.from({ length: 40_000 }, () => ({ id: 'b', text: 'again' })))),
      'c.jsonl': lines({ id: 'c', text: 'last' }),
      'd.parquet': 'PAR1 not at all PAR1',
    });
    const found = await describeAll(tables(folder, { columns: { id: 'id' }, maximumFileBytes: 100_000 }));
    expect(found.slice(0, 30)).toEqual(Array.from({ length: 30 }, (_, row) => `rows/${row}`));
    expect(found).toContain('a.jsonl.gz: gzip that is cut off or damaged');
    expect(found.slice(-3)).toEqual([
      'b.jsonl.gz: unpacks to more than 100000 bytes',
      'rows/c',
      'd.parquet: no Parquet that can be read',
    ]);
    await writeFiles(folder, { 'a.jsonl.gz': packed });
    expect((await describeAll(tables(folder, { columns: { id: 'id' } }))).slice(0, 200)).toEqual(
      rows.map(({ id }) => `rows/${id}`),
    );
  });

  it('tell a thousand bad rows of a file one by one, and the others in one line', async () => {
    const folder = await temporaryFolder({
      'a.jsonl': `${lines(...Array.from({ length: 5_000 }, (_, row) => ({ id: row })))}{"text":"end"}\n`,
    });
    const found = await describeAll(tables(folder, { columns: { id: 'id' } }));
    expect(found).toHaveLength(1_002);
    expect(found.slice(-2)).toEqual([
      expect.stringMatching(/^rows\/a\.jsonl\//),
      'a.jsonl: more than 1000 rows of one file',
    ]);
  });
});

describe('a second run over tables', () => {
  const row = (number: number) => ({ id: number, text: `row ${number}` });
  const from = (start: number, end: number) =>
    Array.from({ length: end - start }, (_, at) => row(start + at));
  const options = { columns: { id: 'id' } };

  it('brings rows that were added, and files that are new', async () => {
    const folder = await temporaryFolder({ 'a.jsonl': lines(...from(0, 1_000)) });
    const cursor = await lastCursor(tables(folder, options));
    expect(await describeAll(tables(folder, options), cursor)).toEqual([]);
    await writeFiles(folder, { 'a.jsonl': lines(...from(0, 1_003)), 'b.jsonl': lines(row(5_000)) });
    const added = ['rows/1000', 'rows/1001', 'rows/1002', 'rows/5000'];
    expect(await describeAll(tables(folder, options), cursor)).toEqual(added);
  });

  it('brings of rows that were edited or put in between no more than their neighbours', async () => {
    const folder = await temporaryFolder({ 'a.jsonl': lines(...from(0, 1_000)) });
    const cursor = await lastCursor(tables(folder, options));
    const edited = [...from(0, 300), { id: 'new', text: 'in between' }, ...from(300, 1_000)];
    await writeFiles(folder, { 'a.jsonl': lines(...edited) });
    const found = await describeAll(tables(folder, options), cursor);
    expect(found).toContain('rows/new');
    expect(found.length).toBeLessThan(257);
    const after = await lastCursor(tables(folder, options), cursor);
    expect(await describeAll(tables(folder, options), after)).toEqual([]);
  });

  it('resumes behind each row whose cursor was kept', async () => {
    const folder = await temporaryFolder({
      'a.jsonl': lines(...from(0, 150)),
      'b.csv': 'id,text\n900,nine\n',
    });
    const all = await describeAll(tables(folder, options));
    let brought = 0;
    for await (const item of tables(folder, options).collect(undefined, new AbortController().signal)) {
      brought += 1;
      if (brought % 17 === 0)
        expect(await describeAll(tables(folder, options), item.cursor())).toEqual(all.slice(brought));
    }
    expect(brought).toBe(151);
  });

  it('keeps a cursor of less than a byte a row', async () => {
    const folder = await temporaryFolder({ 'a.jsonl': lines(...from(0, 20_000)) });
    const cursor = await lastCursor(tables(folder, options));
    expect(cursor?.seen.length).toBeLessThan(20_000);
  });

  it('refuses a cursor that it has not given', async () => {
    const folder = await temporaryFolder({ 'a.jsonl': lines(row(1)) });
    await expect(collectAll(tables(folder), { version: 1, seen: 'AAAA' })).rejects.toMatchObject({
      type: 'InvalidInput',
    });
    expect(() => tables(join(folder), { charset: 'utf-16le' })).toThrow('charset');
  });
});
