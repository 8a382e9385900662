// From a row of a table to its document.
import { createHash } from 'node:crypto';
import type { SourceSpec } from '../../contracts/model-spec/collection.ts';
import { documentOf, looksBinary } from '../content.ts';
import { fingerprint } from '../seen-entries.ts';
import type { Found } from '../source.ts';
import type { RowValues, TableRow } from './table-row.ts';

export type TableSpec = Extract<SourceSpec, { kind: 'table-files' | 'table-objects' }>;

/** A row as it is remembered, and what it holds. */
export interface OpenRow {
  /** Fingerprint of what is wanted of it. */
  readonly mark: number;
  readonly sizeBytes: number;
  readonly open: () => Found;
}

const DIGEST_DIGITS = 12; // of a row's digest in its id, where it has no other: numbers shift
const LONGEST_ID = 512;
/** Seconds since 1970 stay below until the year 5138; milliseconds are above from March 1973. */
const FIRST_MILLISECONDS = 1e11;
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?$/;

/** @returns a time in UTC where one can be read that lies within four-digit years; one without a zone counts as UTC */
export function timeOf(value: unknown): Date | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  let time: Date | undefined;
  if (number instanceof Date) time = number;
  else if (typeof number === 'number')
    time = new Date(Math.abs(number) < FIRST_MILLISECONDS ? number * 1_000 : number);
  else if (typeof number === 'string' && number.length < 64)
    time = new Date(WITHOUT_ZONE.test(number) ? `${number.replace(' ', 'T')}Z` : number);
  const year = time?.getUTCFullYear() ?? Number.NaN;
  return year >= 1 && year <= 9999 ? time : undefined;
}

/** @returns a plain value in words; nothing where there is none, or an empty one */
function wordsOf(value: unknown): string | undefined {
  const isPlain = ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
  return isPlain && value !== '' ? String(value) : undefined;
}

function valueOf(values: RowValues, column: string | undefined): unknown {
  return column !== undefined && Object.hasOwn(values, column) ? values[column] : undefined;
}

/** Columns that are wanted, that of the text first. */
export function wantedColumns({ columns }: TableSpec): string[] {
  const { text, ...others } = columns;
  return [...new Set([text, ...Object.values(others)])];
}

/**
 * Makes what turns rows of one file into documents.
 * @param file its name within the source, and its address
 */
export function createRowOpener(
  spec: TableSpec,
  { file, now }: { readonly file: { readonly name: string; readonly uri: string }; readonly now: () => Date },
): (row: TableRow) => OpenRow {
  const { name: source, columns, mediaType, maximumRowBytes } = spec;

  const openValues = (values: RowValues, number: number): OpenRow => {
    const text = valueOf(values, columns.text);
    const [id, uri, licence, label] = [columns.id, columns.uri, columns.licence, columns.label].map(
      (column) => wordsOf(valueOf(values, column)),
    );
    const time = timeOf(valueOf(values, columns.time));
    const bytes = Buffer.from(typeof text === 'string' ? text : '');
    const hash = createHash('sha256').update(bytes);
    const digest = hash
      .update(JSON.stringify([id, uri, licence, label, time?.toISOString()]))
      .digest('hex')
      .slice(0, DIGEST_DIGITS);
    const place = `${file.uri}#row=${number}`;
    const problem = (reason: string): Found => ({ problem: { uri: place, reason } });
    return {
      mark: fingerprint(digest, typeof text),
      sizeBytes: bytes.length,
      open: () => {
        if (bytes.length === 0) return problem(`no text in "${columns.text}"`);
        if (bytes.length > maximumRowBytes) return problem(`a row larger than ${maximumRowBytes} bytes`);
        if (mediaType.startsWith('text/') && looksBinary(bytes)) return problem('not text');
        if ((id?.length ?? 0) > LONGEST_ID) return problem(`an id longer than ${LONGEST_ID} characters`);
        const document = documentOf(bytes, {
          ...{ source, mediaType, time, collectedAt: now() },
          name: id ?? `${file.name}/${digest}`,
          uri: uri ?? place,
          licence: licence ?? spec.licence,
        });
        return { document: label === undefined ? document : { ...document, label } };
      },
    };
  };

  return (row) => {
    if ('values' in row) return openValues(row.values, row.number);
    const problem = { uri: `${file.uri}#row=${row.number}`, reason: row.problem };
    return { mark: fingerprint(row.problem, row.mark), sizeBytes: 0, open: () => ({ problem }) };
  };
}
