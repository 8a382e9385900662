// Remembers which rows of which files were brought, in about a quarter of a byte a row: rows are cut into blocks where
// their fingerprints say so (content-defined chunking, Muthitacharoen et al. 2001), and of a block that was brought whole
// one fingerprint stays. Rows that were added at the end, or put in between, leave the other blocks as they were.
import { z } from 'zod';
import { decodeFingerprints, encodeFingerprints, fingerprint, foreignCursor } from '../seen-entries.ts';
import type { Cursor } from '../source.ts';
import { cursorSchema } from '../source.ts';
import type { OpenRow } from './row-document.ts';

const ROWS_A_BLOCK = 32; // in the mean; an edited row brings those beside it once more
const MOST_ROWS = 4 * ROWS_A_BLOCK;
const MOST_BYTES = 1024 * 1024; // a block is held in memory until it is whole

/** By a fingerprint of the file's name: its state once it was brought whole, or 0, and the marks of its rows. */
const filesSchema = z.record(z.string().regex(/^[\da-f]{1,12}$/), z.tuple([z.number(), z.string()]));

interface SeenFile {
  state: number;
  marks: Set<number>;
}

function readFiles(cursor: Cursor | undefined): Map<string, SeenFile> {
  if (cursor === undefined) return new Map();
  try {
    const files = filesSchema.parse(JSON.parse(cursorSchema.parse(cursor).seen));
    return new Map(
      Object.entries(files).map(([name, [state, marks]]) => [
        name,
        { state, marks: new Set(decodeFingerprints(marks)) },
      ]),
    );
  } catch {
    throw foreignCursor();
  }
}

/**
 * Cuts rows into blocks.
 * @returns with each block whether its end was seen, or only the end of the file
 * @throws what the rows throw, behind the block that was cut off
 */
async function* blocksOf(
  rows: AsyncIterable<OpenRow>,
): AsyncGenerator<{ readonly block: readonly OpenRow[]; readonly isWhole: boolean }> {
  let block: OpenRow[] = [];
  let bytes = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const row of rows) {
      block.push(row);
      bytes += row.sizeBytes;
      if (row.mark % ROWS_A_BLOCK !== 0 && block.length < MOST_ROWS && bytes < MOST_BYTES) continue;
      yield { block, isWhole: true };
      block = [];
      bytes = 0;
    }
  } catch (error) {
    failure = { error };
  }
  if (block.length > 0) yield { block, isWhole: false };
  if (failure !== undefined) throw failure.error;
}

/**
 * Opens a cursor of tables.
 * @param present names of the files that stand there now; others are forgotten
 * @throws CoppiceFailure InvalidInput when the cursor was not made here
 */
export function openSeenRows(cursor: Cursor | undefined, present?: readonly string[]) {
  const keyOf = (name: string): string => fingerprint(name).toString(16);
  const files = readFiles(cursor);
  if (present !== undefined) {
    const keys = new Set(present.map(keyOf));
    for (const key of files.keys()) if (!keys.has(key)) files.delete(key);
  }

  return {
    /** Whether a file was brought whole as it stands. */
    isBrought: (name: string, state: number): boolean => files.get(keyOf(name))?.state === state,

    /** Yields the rows of a file that were not brought, and remembers each before it is yielded. */
    newRows: async function* (
      { name, state }: { readonly name: string; readonly state: number },
      rows: AsyncIterable<OpenRow>,
    ): AsyncGenerator<OpenRow> {
      const file = files.get(keyOf(name)) ?? { state: 0, marks: new Set() };
      files.set(keyOf(name), file);
      const { marks } = file;
      const met = new Set<number>();
      for await (const { block, isWhole } of blocksOf(rows)) {
        const whole = fingerprint('block', ...block.map(({ mark }) => mark));
        if (!isWhole || !marks.has(whole)) {
          for (const row of block) {
            if (marks.has(row.mark)) continue;
            marks.add(row.mark);
            yield row;
          }
        }
        if (isWhole) {
          for (const { mark } of block) marks.delete(mark);
          marks.add(whole);
          met.add(whole);
        } else for (const { mark } of block) met.add(mark);
      }
      file.marks = met; // of rows that have gone, nothing stays
      file.state = state;
    },

    cursor: (): Cursor => ({
      version: 1,
      seen: JSON.stringify(
        Object.fromEntries(
          [...files].map(([key, { state, marks }]) => [key, [state, encodeFingerprints(marks)]]),
        ),
      ),
    }),
  };
}
