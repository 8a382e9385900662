// Cursors that hold what a kind of source remembers as plain data: JSON, packed.
import { gunzipSync, gzipSync } from 'node:zlib';
import type { z } from 'zod';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { Cursor } from './source.ts';

const UNPACKED = 64 * 1_024 * 1_024; // bytes; fingerprints of six million documents

export function packState(state: unknown): Cursor {
  return { version: 1, seen: gzipSync(JSON.stringify(state)).toString('base64') };
}

/** @throws CoppiceFailure InvalidInput when the cursor was not made by a source of this kind */
export function unpackState<State>(cursor: Cursor, schema: z.ZodType<State>): State {
  try {
    const packed = Buffer.from(cursor.seen, 'base64');
    return schema.parse(JSON.parse(gunzipSync(packed, { maxOutputLength: UNPACKED }).toString()));
  } catch {
    throw new CoppiceFailure('InvalidInput', 'the cursor is not one that a source of this kind has given');
  }
}
