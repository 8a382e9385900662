import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsvRows } from '../../../../sources/tables/csv-rows.ts';
import { timeOf } from '../../../../sources/tables/row-document.ts';
import type { TableRow } from '../../../../sources/tables/table-row.ts';

async function rowsOf(text: string, pieceBytes: number, maximumRowBytes = 10_000): Promise<TableRow[]> {
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, at) =>
    bytes.subarray(at * pieceBytes, (at + 1) * pieceBytes),
  );
  const rows: TableRow[] = [];
  const options = { delimiter: ',', charset: 'utf-8', columns: ['a', 'b', 'c'], maximumRowBytes };
  for await (const row of readCsvRows(Readable.from(pieces), options)) rows.push(row);
  return rows;
}

const field = fc.string({
  unit: fc.constantFrom('x', '한', ',', '"', '\n', '\r\n', ' ', '""', '\t'),
  maxLength: 8,
});

describe('CSV', () => {
  it('is read as csv-parse reads it, however it comes in', async () => {
    const quoted = field.map((text) => `"${text.replaceAll('"', '""')}"`);
    const plain = fc
      .string({ unit: fc.constantFrom('x', '한', ' ', '5"'), minLength: 1, maxLength: 5 })
      .filter((text) => text.trim() !== '');
    const record = fc.tuple(fc.oneof(quoted, plain), fc.oneof(quoted, plain), fc.oneof(quoted, plain));
    const end = fc.constantFrom('\n', '\r\n');
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { maxLength: 6 }),
        end,
        fc.integer({ min: 1, max: 9 }),
        async (records, newline, size) => {
          const text = [['a', 'b', 'c'], ...records].map((fields) => fields.join(',') + newline).join('');
          const judge = parse(text, {
            columns: true,
            relax_quotes: true,
            record_delimiter: newline,
          });
          const rows = await rowsOf(text, size);
          expect(rows.map((row) => 'values' in row && row.values)).toEqual(judge);
        },
      ),
    );
  });

  it('loses no good row to any damage in front of it', async () => {
    const damage = fc
      .string({ unit: fc.constantFrom('x', ',', '"', ' '), maxLength: 40 })
      .filter((it) => !it.includes('\n'));
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { maxLength: 5 }), async (damages) => {
        const good = 'good,row,here\n'.repeat(20); // longer than a record may be
        const rows = await rowsOf(`a,b,c\n${damages.map((it) => `${it}\n`).join('')}${good}`, 7, 200);
        const kept = rows.filter((row) => 'values' in row && row.values['a'] === 'good');
        expect(kept.length).toBeGreaterThanOrEqual(19);
      }),
    );
  });

  it('takes time in step with the length of hostile text', async () => {
    for (const line of ['"', '""', '"x\n', '"x"y\n', '"\n""\n', ',"', '"",\n"']) {
      const rows = await rowsOf(`a,b,c\n${line.repeat(40_000)}`, 65_536, 100_000);
      expect(rows.length).toBeGreaterThan(0);
    }
  });
});

describe('times of rows', () => {
  it('are read as dates, seconds, milliseconds and words', () => {
    const instant = new Date('2024-02-03T04:05:06.000Z');
    const forms = [
      instant,
      1_706_933_106,
      1_706_933_106_000,
      1_706_933_106_000n,
      '2024-02-03 04:05:06',
      '2024-02-03T13:05:06+09:00',
    ];
    expect(forms.map(timeOf)).toEqual(forms.map(() => instant));
    expect([Number.NaN, 1e300, 'yesterday', {}, null, '', 'x'.repeat(1e6)].map(timeOf)).toEqual(
      Array.from({ length: 7 }, () => undefined),
    );
  });
});
