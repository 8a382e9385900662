// Parquet, a row group at a time: of each group the wanted columns are in memory, and nothing else.
import { open } from 'node:fs/promises';
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { RowValues, TableRow } from './table-row.ts';
import { UnreadableTable } from './table-row.ts';

/** Of a row group: what it unpacks to in the wanted columns, and its rows. Writers mostly keep to 1 GiB and 1 Mi rows. */
const MOST_GROUP_BYTES = 1024 * 1024 * 1024;
const MOST_GROUP_ROWS = 8 * 1024 * 1024;
const MOST_PAGE_BYTES = 256 * 1024 * 1024; // pages of 1 MiB are the custom
const MOST_FOOTER_BYTES = 64 * 1024 * 1024;

type ParquetGroup = Omit<Parameters<typeof parquetReadObjects>[0], 'onComplete'>;

/** A page says itself what it unpacks to, whatever its row group says. */
const boundedCompressors: Compressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, unpack]) => [
    codec,
    (input: Uint8Array, outputLength: number) => {
      if (outputLength > MOST_PAGE_BYTES) throw new RangeError('the page is too large');
      return unpack(input, outputLength);
    },
  ]),
);

async function openBuffer(path: string) {
  const file = await open(path);
  const { size } = await file.stat();
  const buffer: AsyncBuffer = {
    byteLength: size,
    slice: async (start, end = size) => {
      const length = Math.min(end, size) - start;
      if (length < 0 || length > MOST_GROUP_BYTES)
        throw new RangeError('a range that the file does not have');
      const bytes = new ArrayBuffer(length);
      await file.read(new Uint8Array(bytes), 0, length, start);
      return bytes;
    },
  };
  return { buffer, close: () => file.close() };
}

/** The footer's length stands in front of the last four bytes. */
async function readMetadata(buffer: AsyncBuffer): Promise<FileMetaData> {
  try {
    const tail = new DataView(await buffer.slice(buffer.byteLength - 8));
    if (tail.getUint32(0, true) > MOST_FOOTER_BYTES) throw new RangeError('the footer is too large');
    return await parquetMetadataAsync(buffer);
  } catch {
    throw new UnreadableTable('no Parquet that can be read');
  }
}

function isTooLarge(
  { num_rows: rows, columns }: FileMetaData['row_groups'][number],
  wanted: ReadonlySet<string>,
): boolean {
  const bytes = columns
    .filter(({ meta_data: data }) => wanted.has(data?.path_in_schema[0] ?? ''))
    .reduce((sum, { meta_data: data }) => sum + Number(data?.total_uncompressed_size ?? 0), 0);
  return bytes > MOST_GROUP_BYTES || rows > MOST_GROUP_ROWS;
}

/**
 * Reads the rows group by group; of a group that is damaged or too large nothing is lost but itself.
 * @param columns those that are wanted, of the top level; the first is required
 * @throws UnreadableTable where the footer is damaged, or the first column missing
 */
export async function* readParquetRows(
  path: string,
  { columns, signal }: { readonly columns: readonly string[]; readonly signal: AbortSignal },
): AsyncGenerator<TableRow> {
  const { buffer, close } = await openBuffer(path);
  try {
    const metadata = await readMetadata(buffer);
    const present = new Set(metadata.schema.map(({ name }) => name));
    if (!present.has(columns[0])) throw new UnreadableTable(`no column "${columns[0]}"`);
    const wanted = columns.filter((column) => present.has(column));
    const options = { file: buffer, metadata, columns: wanted, compressors: boundedCompressors };
    let start = 0;
    for (const [at, group] of metadata.row_groups.entries()) {
      signal.throwIfAborted();
      const end = start + Number(group.num_rows);
      const rows = isTooLarge(group, new Set(wanted))
        ? 'a row group that is too large'
        : await readGroup({ ...options, rowStart: start, rowEnd: end });
      if (typeof rows === 'string') yield { number: start + 1, problem: rows, mark: `group ${at}` };
      else for (const [row, values] of rows.entries()) yield { number: start + row + 1, values };
      start = end;
    }
  } finally {
    await close();
  }
}

/** @returns the rows, or what is wrong with the group */
async function readGroup(options: ParquetGroup): Promise<RowValues[] | string> {
  try {
    return await parquetReadObjects(options);
  } catch {
    return 'a row group that is damaged';
  }
}
