import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sourceSchema } from '../../../contracts/model-spec/collection.ts';
import { createSource } from '../../../sources/create-source.ts';
import { writeNastyFiles } from '../../support/nasty-files.ts';
import { collectAll, temporaryFolder } from './support.ts';

const result = z.object({
  texts: z.array(z.string()),
  aside: z.record(z.string(), z.string()),
  peakMebibytes: z.number(),
});

describe('files that mean harm, from sources to the end of a recipe', () => {
  it('are set aside with their reasons, in bounded memory, and nothing else is lost', async () => {
    const folder = await temporaryFolder();
    await writeNastyFiles(folder);
    const program = ['--import', 'tsx', 'tests/support/clean-nasty-files.ts', folder];
    const { stdout } = await promisify(execFile)(process.execPath, program, { maxBuffer: 2 ** 26 });
    const { texts, aside, peakMebibytes } = result.parse(JSON.parse(stdout));

    const good = ['good table', 'good row', 'good, field', 'good page', 'good book', 'good paper'];
    expect(texts).toEqual(expect.arrayContaining(good));
    expect(texts.filter((text) => text.startsWith('row ')).length).toBeGreaterThan(500);
    expect(texts).toEqual(expect.arrayContaining(['deep', expect.stringContaining('half')]));
    expect(aside).toMatchObject({
      'tables/cut-off.jsonl.gz': 'gzip that is cut off or damaged',
      'tables/invalid-utf8.jsonl#row=1': 'a row that is not UTF-8',
      'tables/nul.csv#row=2': 'not text',
      'tables/nul.csv#row=4': 'a row that is no CSV',
      'tables/not.parquet': 'no Parquet that can be read',
      'tables/zeros.csv': 'no column "text"',
      'tables/one-line.jsonl#row=1': 'a row larger than 8388608 bytes',
      'tables/one-line.ndjson.gz#row=1': 'a row larger than 8388608 bytes',
      'texts/nul.html': 'not text',
      'books/bomb.epub': 'zip-bomb',
      'books/liar.epub': 'zip-damaged',
      'books/path.epub': 'zip-unsafe-path',
      'papers/bomb.pdf': 'document-too-large',
      'papers/half.pdf': 'pdf-damaged',
    });
    // Node with the libraries takes 200; a line, an entry or a page of the bombs is between 100 and 2000.
    expect(peakMebibytes).toBeLessThan(700);
  }, 300_000);
});

describe('tables that are damaged anywhere', () => {
  const lines = Array.from({ length: 40 }, (_, at) => JSON.stringify({ text: `row ${at}`, id: at }));
  const rows = Buffer.from(`${lines.join('\n')}\n`);
  const csv = Buffer.from(`text,id\n${lines.map((_, at) => `"row, ${at}",${at}\n`).join('')}`);
  const damage = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }),
    kind: fc.constantFrom('overwrite', 'insert', 'cut'),
  });

  function damaged(
    whole: Buffer,
    { at, bytes, kind }: { at: number; bytes: Uint8Array; kind: string },
  ): Buffer {
    const place = Math.floor(at * whole.length);
    const before = whole.subarray(0, place);
    if (kind === 'cut') return before;
    return Buffer.concat([before, bytes, whole.subarray(kind === 'insert' ? place : place + bytes.length)]);
  }

  it('lose no file beside them, and of plain rows no more than those that were touched', async () => {
    const { files } = z
      .object({ files: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await readFile('tests/golden/parquet.json', 'utf8')));
    const parquet = Object.values(files).map((file) => Buffer.from(file, 'base64'));
    const whole = fc.constantFrom(
      ...[rows, csv].map((bytes, at) => ({ name: at === 0 ? 'b.jsonl' : 'b.csv', bytes, isPlain: true })),
      { name: 'b.jsonl.gz', bytes: gzipSync(rows), isPlain: false },
      ...parquet.map((bytes) => ({ name: 'b.parquet', bytes, isPlain: false })),
    );
    await fc.assert(
      fc.asyncProperty(whole, damage, async ({ name, bytes, isPlain }, harm) => {
        const folder = await temporaryFolder({
          'a.jsonl': '{"text":"first"}\n',
          [name]: damaged(bytes, harm),
          'c.jsonl': '{"text":"last"}\n',
        });
        const spec = sourceSchema.parse({ kind: 'table-files', name: 't', path: '.' });
        const items = await collectAll(createSource(spec, { baseDirectory: folder }));
        const texts = items.flatMap((item) => ('document' in item ? [item.document.content.data] : []));
        expect([texts[0], texts.at(-1)]).toEqual(['first', 'last']);
        const header = name === 'b.csv' && harm.at * csv.length < 'text,id\n'.length;
        if (isPlain && !header && harm.kind !== 'cut')
          expect(texts.length).toBeGreaterThanOrEqual(2 + 40 - 8);
      }),
      { numRuns: 80 },
    );
  }, 120_000);
});
