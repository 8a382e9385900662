// The records of a batch, read from tables, as shards that are answered one by one. What is no record is kept in its place,
// with the reason.
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BatchRecord } from '../contracts/batch.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { BatchFormat } from '../contracts/model-spec/batches.ts';
import { readJsonRows } from '../sources/tables/json-rows.ts';
import { readParquetRows } from '../sources/tables/parquet-rows.ts';
import { type TableRow, UnreadableTable } from '../sources/tables/table-row.ts';
import { unpackedBytes } from '../sources/tables/unpacked.ts';

/** A file of records. */
export interface RecordFile {
  /** Where there are several. */
  readonly name?: string;
  readonly format: BatchFormat;
  readonly read: () => AsyncIterable<Uint8Array>;
}

const MOST_RECORDS = 10_000_000;
const MOST_TEXT_CHARACTERS = 200_000;
const MOST_ROW_BYTES = 1024 * 1024;
const MOST_FILE_BYTES = 64 * 1024 * 1024 * 1024;

/** @returns nothing where the name is not that of records */
export function formatOf(name: string): BatchFormat | undefined {
  const ending = /\.(jsonl|ndjson|parquet)(?:\.gz)?$/i.exec(name)?.[1].toLowerCase();
  return ending === 'parquet' ? 'parquet' : ending === undefined ? undefined : 'jsonl';
}

/**
 * @param options.field the member that holds a record's text
 * @throws InvalidInput where the files hold no record, or too many
 */
export async function* readRecords(
  files: AsyncIterable<RecordFile> | Iterable<RecordFile>,
  { field, signal }: { readonly field: string; readonly signal: AbortSignal },
): AsyncGenerator<BatchRecord> {
  let records = 0;
  const unreadable: string[] = [];
  for await (const { name, ...file } of files) {
    const place = name === undefined ? {} : { file: name };
    try {
      for await (const row of rowsOf(file, { field, signal })) {
        signal.throwIfAborted();
        records += 1;
        if (records > MOST_RECORDS)
          throw new CoppiceFailure('InvalidInput', `more than ${MOST_RECORDS} records: part the dataset`);
        yield { line: row.number, ...place, ...recordOf(row, field) };
      }
    } catch (error) {
      if (!(error instanceof UnreadableTable)) throw error;
      unreadable.push(`${name === undefined ? '' : `${name}: `}${error.message}`);
      yield { ...place, problem: `the rest of the file: ${error.message}` };
    }
  }
  if (records > 0) return;
  throw new CoppiceFailure('InvalidInput', ['there is no record', ...unreadable].join('; '));
}

function recordOf(row: TableRow, field: string) {
  if ('problem' in row) return { problem: row.problem };
  const { [field]: text, id } = row.values;
  const named =
    typeof id === 'string' || typeof id === 'number'
      ? { id }
      : typeof id === 'bigint'
        ? { id: String(id) }
        : {};
  if (typeof text !== 'string') return { ...named, problem: `${field}: expected a text` };
  if (text.trim() === '') return { ...named, problem: `${field}: expected a text that is not blank` };
  if (text.length > MOST_TEXT_CHARACTERS)
    return { ...named, problem: `${field}: longer than ${MOST_TEXT_CHARACTERS} characters` };
  return { ...named, text };
}

async function* rowsOf(
  { format, read }: Omit<RecordFile, 'name'>,
  { field, signal }: { readonly field: string; readonly signal: AbortSignal },
): AsyncGenerator<TableRow> {
  const bytes = unpackedBytes(read(), { maximumBytes: MOST_FILE_BYTES, signal });
  if (format === 'jsonl') {
    yield* readJsonRows(bytes, { maximumRowBytes: MOST_ROW_BYTES });
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'coppice-batch-')); // Parquet is read from its end
  try {
    const path = join(folder, 'records.parquet');
    await pipeline(bytes, createWriteStream(path), { signal });
    yield* readParquetRows(path, { columns: [field, 'id'], signal });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
