// Remembers which entries a source has brought, as a sorted set of 48-bit fingerprints. Among 100,000 entries a new one is
// mistaken for an old one with probability 4e-10.
import { createHash } from 'node:crypto';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { Cursor } from './source.ts';
import { cursorSchema } from './source.ts';

const FINGERPRINT_BYTES = 6;

/** Identifies one state of one entry, such as name, size and time of change. */
export function fingerprint(...state: readonly (string | number)[]): number {
  return createHash('sha256').update(JSON.stringify(state)).digest().readUIntBE(0, FINGERPRINT_BYTES);
}

export interface SeenEntries {
  readonly has: (entry: number) => boolean;
  readonly add: (entry: number) => void;
  readonly cursor: () => Cursor;
}

/** What a source says of a cursor that it has not given. */
export function foreignCursor(): CoppiceFailure {
  return new CoppiceFailure('InvalidInput', 'the cursor is not one that a source has given');
}

/** @returns base64 of the fingerprints, ascending */
export function encodeFingerprints(fingerprints: ReadonlySet<number>): string {
  const ascending = Float64Array.from(fingerprints).sort(); // 48 bits fit a double exactly
  const bytes = Buffer.alloc(ascending.length * FINGERPRINT_BYTES);
  for (const [at, entry] of ascending.entries())
    bytes.writeUIntBE(entry, at * FINGERPRINT_BYTES, FINGERPRINT_BYTES);
  return bytes.toString('base64');
}

/** @throws CoppiceFailure InvalidInput when that is none that was encoded here */
export function decodeFingerprints(encoded: string): number[] {
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length % FINGERPRINT_BYTES !== 0) throw foreignCursor();
  return Array.from({ length: bytes.length / FINGERPRINT_BYTES }, (_, at) =>
    bytes.readUIntBE(at * FINGERPRINT_BYTES, FINGERPRINT_BYTES),
  );
}

function readCursor(cursor: Cursor | undefined): number[] {
  if (cursor === undefined) return [];
  const parsed = cursorSchema.safeParse(cursor);
  if (!parsed.success) throw foreignCursor();
  return decodeFingerprints(parsed.data.seen);
}

/**
 * Opens a cursor.
 * @param present fingerprints of what stands there now; what a cursor remembers beyond them is forgotten, so that a
 *   spool whose files come and go does not make it grow for ever
 * @throws CoppiceFailure InvalidInput when the cursor was not made here
 */
export function openSeenEntries(cursor: Cursor | undefined, present?: ReadonlySet<number>): SeenEntries {
  const seen = new Set(readCursor(cursor).filter((entry) => present?.has(entry) ?? true));
  return {
    has: (entry) => seen.has(entry),
    add: (entry) => void seen.add(entry),
    cursor: () => ({ version: 1, seen: encodeFingerprints(seen) }),
  };
}
