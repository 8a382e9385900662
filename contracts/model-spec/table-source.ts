// Tables as sources: a document a row.
import { z } from 'zod';
import { named } from './source-fields.ts';

const column = z.string().min(1);
const table = {
  ...named,
  /** Of all files; by the ends of their names where absent, and others are left out. */
  format: z.enum(['jsonl', 'csv', 'tsv', 'parquet']).optional(),
  /** Names of columns, or of fields of a JSON object. */
  columns: z
    .strictObject({
      text: column.default('text'),
      id: column.optional(),
      uri: column.optional(),
      time: column.optional(),
      licence: column.optional(),
      label: column.optional(),
    })
    .prefault({}),
  /** Between fields of CSV. */
  delimiter: z
    .string()
    .regex(/^[\t -~]$/, 'expected one ASCII character')
    .default(','),
  /** Of CSV; the WHATWG Encoding Standard has its names. */
  charset: z
    .string()
    .regex(/^(?!utf-?16)[\w.:-]{1,40}$/i, 'expected the name of a charset that agrees with ASCII')
    .default('utf-8'),
  mediaType: z.string().default('text/plain'),
  maximumRowBytes: z
    .number()
    .int()
    .positive()
    .max(256 * 1024 * 1024)
    .default(8 * 1024 * 1024),
  /** Of a file, unpacked. */
  maximumFileBytes: z
    .number()
    .int()
    .positive()
    .default(16 * 1024 * 1024 * 1024),
};

/** Tables in a folder, a document a row: JSON Lines, CSV, Parquet, each possibly gzipped. */
export const tableFilesSourceSchema = z.strictObject({
  kind: z.literal('table-files'),
  path: z.string().min(1),
  ...table,
});

/** The same under a prefix of an S3 bucket. */
export const tableObjectsSourceSchema = z.strictObject({
  kind: z.literal('table-objects'),
  bucket: z.string().min(3),
  prefix: z.string().default(''),
  ...table,
});
