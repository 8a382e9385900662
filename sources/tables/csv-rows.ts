// CSV with a header line, streamed. csv-parse is the judge of the tests and not the reader: behind a record that is too
// long it leaves out the rest of the piece that it was given, and a quote that nobody closes takes the rest of the file.
import { boundedLines, type Line } from '../lines.ts';
import { createRecordReader } from './csv-record.ts';
import { markOf } from './json-rows.ts';
import type { TableRow } from './table-row.ts';
import { UnreadableTable } from './table-row.ts';

export interface CsvOptions {
  /** One ASCII character. */
  readonly delimiter: string;
  /** A label of the WHATWG Encoding Standard. */
  readonly charset: string;
  /** Those that are wanted; the first is required. */
  readonly columns: readonly string[];
  readonly maximumRowBytes: number;
}

interface NumberedLine {
  readonly number: number;
  readonly line: Line;
}

/** Fields as Latin-1, or what is left of a record that is none: its first line. */
type CsvRecord = { readonly number: number; readonly raw: string } & (
  | { readonly fields: readonly string[] }
  | { readonly problem: string }
);

const MARK = '\xef\xbb\xbf'; // of UTF-8, read as Latin-1

/** Lines that can be put back. */
function rereadable(lines: AsyncGenerator<Line>) {
  const held: NumberedLine[] = [];
  let number = 0;
  return {
    next: async (): Promise<NumberedLine | undefined> => {
      const again = held.pop();
      if (again !== undefined) return again;
      const next = await lines.next();
      if (next.done === true) return undefined;
      number += 1;
      return { number, line: next.value };
    },
    putBack: (again: readonly NumberedLine[]): void => {
      for (const line of again.toReversed()) held.push(line);
    },
  };
}

function textOf(bytes: Buffer, number: number): string {
  const text = bytes.toString('latin1');
  return number === 1 && text.startsWith(MARK) ? text.slice(MARK.length) : text;
}

/** Splits lines into records. Of one that is malformed or does not end, only the first line is lost. */
async function* recordsOf(
  chunks: AsyncIterable<Uint8Array>,
  { delimiter, maximumRowBytes }: CsvOptions,
): AsyncGenerator<CsvRecord> {
  const source = rereadable(boundedLines(chunks, maximumRowBytes));
  for (let first = await source.next(); first !== undefined; first = await source.next()) {
    const { number, line } = first;
    if ('tooLong' in line) {
      yield { number, problem: `a row larger than ${maximumRowBytes} bytes`, raw: line.tooLong };
      continue;
    }
    const raw = textOf(line.bytes, number);
    if (raw.trim() === '') continue;
    const reader = createRecordReader(delimiter);
    const following: NumberedLine[] = [];
    let bytes = raw.length;
    let state = reader.add(raw);
    while (state === 'open' && bytes <= maximumRowBytes) {
      const next = await source.next();
      if (next === undefined) break;
      following.push(next);
      if ('tooLong' in next.line) break;
      bytes += next.line.bytes.length + 1;
      state = reader.add(textOf(next.line.bytes, next.number));
    }
    if (state === 'whole') yield { number, fields: reader.fields(), raw };
    else {
      source.putBack(following);
      yield { number, problem: 'a row that is no CSV', raw };
    }
  }
}

/** @throws UnreadableTable where there is no such charset */
function createDecoder(charset: string) {
  try {
    const decoder = new TextDecoder(charset, { fatal: true });
    return (field: string): string => decoder.decode(Buffer.from(field, 'latin1'));
  } catch {
    throw new UnreadableTable(`no charset ${charset} is known`);
  }
}

/**
 * Reads the rows one by one; blank lines are none.
 * @throws UnreadableTable where the header cannot be read or lacks the first of the columns
 */
export async function* readCsvRows(
  chunks: AsyncIterable<Uint8Array>,
  options: CsvOptions,
): AsyncGenerator<TableRow> {
  const { charset, columns } = options;
  const decode = createDecoder(charset);
  const decodeAll = (fields: readonly string[]): string[] | undefined => {
    try {
      return fields.map(decode);
    } catch {
      return undefined; // bytes that the charset does not have
    }
  };
  let places: (readonly [string, number])[] | undefined;
  for await (const record of recordsOf(chunks, options)) {
    const { number, raw } = record;
    const mark = markOf(Buffer.from(raw, 'latin1'));
    if (places === undefined) {
      const header = 'fields' in record ? (decodeAll(record.fields) ?? []) : [];
      if (!header.includes(columns[0])) throw new UnreadableTable(`no column "${columns[0]}"`);
      places = columns.map((column) => [column, header.indexOf(column)] as const).filter(([, at]) => at >= 0);
      continue;
    }
    if ('problem' in record) {
      yield { number, problem: record.problem, mark };
      continue;
    }
    const fields = decodeAll(places.map(([, at]) => record.fields[at] ?? ''));
    yield fields === undefined
      ? { number, problem: `a row that is not ${charset}`, mark }
      : { number, values: Object.fromEntries(places.map(([column], at) => [column, fields[at]])) };
  }
}
