// Tables, a document a row: JSON Lines, CSV and Parquet, each possibly gzipped, in a folder or under an S3 prefix.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import type { SourceSpec } from '../contracts/model-spec/collection.ts';
import { problemOf } from './entries.ts';
import { type FolderContext, fileState } from './files.ts';
import { listFolder } from './folder.ts';
import { fingerprint } from './seen-entries.ts';
import type { CollectedItem, ObjectReader, Source } from './source.ts';
import { readCsvRows } from './tables/csv-rows.ts';
import { readJsonRows } from './tables/json-rows.ts';
import { readParquetRows } from './tables/parquet-rows.ts';
import { createRowOpener, type OpenRow, type TableSpec, wantedColumns } from './tables/row-document.ts';
import { openSeenRows } from './tables/seen-rows.ts';
import { type TableRow, UnreadableTable } from './tables/table-row.ts';
import { unpackedBytes } from './tables/unpacked.ts';

/** A file of a folder, or an object of a bucket. */
interface TableFile {
  readonly name: string;
  readonly uri: string;
  readonly state: number;
  readonly problem?: string | undefined;
  /** Of a file of this machine. */
  readonly path?: string;
  readonly read: () => AsyncIterable<Uint8Array>;
}

type Format = NonNullable<TableSpec['format']>;

const ENDING = /\.(jsonl|ndjson|csv|tsv|parquet)(?:\.gz)?$/i;
const PIECE_BYTES = 1024 * 1024;
const MOST_PROBLEMS = 1_000; // rows of a file that are told one by one: a hostile one has a thousand million

/** @returns nothing where the name is not that of a table */
function formatOf(name: string, { format }: TableSpec): Format | undefined {
  const ending = ENDING.exec(name)?.[1].toLowerCase();
  return format ?? (ending === 'ndjson' ? 'jsonl' : (ending as Format | undefined));
}

/** Parquet is read from its end, so that its bytes must lie in a file. */
async function* readSpooled(
  bytes: AsyncIterable<Uint8Array>,
  options: { readonly columns: readonly string[]; readonly signal: AbortSignal },
): AsyncGenerator<TableRow> {
  const folder = await mkdtemp(join(tmpdir(), 'coppice-table-'));
  try {
    const path = join(folder, 'table.parquet');
    await pipeline(bytes, createWriteStream(path), { signal: options.signal });
    yield* readParquetRows(path, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readRows(file: TableFile, spec: TableSpec, signal: AbortSignal): AsyncIterable<TableRow> {
  const { maximumRowBytes, maximumFileBytes, charset } = spec;
  const columns = wantedColumns(spec);
  const format = formatOf(file.name, spec);
  if (format === 'parquet' && file.path !== undefined && !file.path.endsWith('.gz'))
    return readParquetRows(file.path, { columns, signal });
  const bytes = unpackedBytes(file.read(), { maximumBytes: maximumFileBytes, signal });
  if (format === 'parquet') return readSpooled(bytes, { columns, signal });
  if (format === 'jsonl') return readJsonRows(bytes, { maximumRowBytes });
  const delimiter = format === 'tsv' ? '\t' : spec.delimiter;
  return readCsvRows(bytes, { delimiter, charset, columns, maximumRowBytes });
}

/** Opens rows, up to so many bytes of a file: a dictionary of Parquet can name a long text a million times. */
async function* openRows(
  file: TableFile,
  spec: TableSpec,
  { now, signal }: { readonly now: () => Date; readonly signal: AbortSignal },
): AsyncGenerator<OpenRow> {
  const open = createRowOpener(spec, { file, now });
  let bytes = 0;
  for await (const row of readRows(file, spec, signal)) {
    signal.throwIfAborted();
    const opened = open(row);
    bytes += opened.sizeBytes;
    if (bytes > spec.maximumFileBytes)
      throw new UnreadableTable(`unpacks to more than ${spec.maximumFileBytes} bytes`);
    yield opened;
  }
}

interface TableContext {
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/** The loop over files: of one that cannot be read to its end the rows before are kept, and it is tried again next time. */
async function* collectTables(
  files: Iterable<TableFile> | AsyncIterable<TableFile>,
  spec: TableSpec,
  { seen, ...context }: TableContext & { readonly seen: ReturnType<typeof openSeenRows> },
): AsyncGenerator<CollectedItem> {
  const { signal } = context;
  const { cursor } = seen;
  for await (const file of files) {
    signal.throwIfAborted();
    const { name, uri, state, problem } = file;
    if (seen.isBrought(name, state)) continue;
    if (problem !== undefined) {
      yield { problem: { uri, reason: problem }, cursor };
      continue;
    }
    let problems = 0;
    try {
      for await (const row of seen.newRows(file, openRows(file, spec, context))) {
        signal.throwIfAborted();
        const found = row.open();
        if ('problem' in found) problems += 1;
        if (problems <= MOST_PROBLEMS || 'document' in found) yield { ...found, cursor };
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UnreadableTable) yield { problem: { uri, reason: error.message }, cursor };
      else yield { ...problemOf(uri, error), cursor };
    }
    if (problems > MOST_PROBLEMS)
      yield { problem: { uri, reason: `more than ${MOST_PROBLEMS} rows of one file` }, cursor };
  }
}

/** Makes the source of kind `table-files`. */
export function createTableFilesSource(
  spec: Extract<SourceSpec, { kind: 'table-files' }>,
  { path, now }: FolderContext,
): Source {
  return {
    name: spec.name,
    collect: async function* (cursor, signal) {
      const entries = (await listFolder(path, signal)).filter(
        ({ name }) => formatOf(name, spec) !== undefined,
      );
      const files = entries.map(
        (entry): TableFile => ({
          name: entry.name,
          uri: pathToFileURL(entry.path).href,
          state: fileState(entry),
          problem: entry.problem,
          path: entry.path,
          read: () =>
            createReadStream(entry.path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Uint8Array>,
        }),
      );
      const names = files.map(({ name }) => name);
      yield* collectTables(files, spec, { now, signal, seen: openSeenRows(cursor, names) });
    },
  };
}

/** Makes the source of kind `table-objects`. */
export function createTableObjectsSource(
  spec: Extract<SourceSpec, { kind: 'table-objects' }>,
  { objects, now }: { readonly objects: ObjectReader; readonly now: () => Date },
): Source {
  const { name, bucket, prefix } = spec;
  async function* files(): AsyncGenerator<TableFile> {
    for await (const { key, sizeBytes, etag } of objects.list(bucket, prefix)) {
      if (formatOf(key, spec) === undefined || key.endsWith('/')) continue;
      yield {
        name: key.slice(prefix.length),
        uri: `s3://${bucket}/${key}`,
        state: fingerprint(key, sizeBytes, etag),
        read: () => objects.stream(bucket, key),
      };
    }
  }
  return {
    name,
    collect: (cursor, signal) => collectTables(files(), spec, { now, signal, seen: openSeenRows(cursor) }),
  };
}
