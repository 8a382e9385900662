// JSON Lines: an object a line, in UTF-8.
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { boundedLines, type Line } from '../lines.ts';
import type { RowValues, TableRow } from './table-row.ts';

const BLANK = /^\s*$/;

export function markOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function parse(text: string): RowValues | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as RowValues)
      : undefined;
  } catch {
    return undefined; // no JSON
  }
}

function rowOf(line: Line, number: number, maximumRowBytes: number): TableRow | undefined {
  if ('tooLong' in line)
    return { number, problem: `a row larger than ${maximumRowBytes} bytes`, mark: line.tooLong };
  const { bytes } = line;
  if (!isUtf8(bytes)) return { number, problem: 'a row that is not UTF-8', mark: markOf(bytes) };
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (BLANK.test(text)) return undefined;
  const values = parse(text);
  return values === undefined
    ? { number, problem: 'a row that is no JSON object', mark: markOf(bytes) }
    : { number, values };
}

/** Reads the rows one by one; blank lines are none. */
export async function* readJsonRows(
  chunks: AsyncIterable<Uint8Array>,
  { maximumRowBytes }: { readonly maximumRowBytes: number },
): AsyncGenerator<TableRow> {
  let number = 0;
  for await (const line of boundedLines(chunks, maximumRowBytes)) {
    number += 1;
    const row = rowOf(line, number, maximumRowBytes);
    if (row !== undefined) yield row;
  }
}
