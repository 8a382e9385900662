// Pages from a dump of a wiki, read as a stream. A later dump brings the pages with revisions that are newer than all of
// the one before, since a wiki numbers its revisions in their order.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { SourceSpec } from '../contracts/model-spec/collection.ts';
import { errorCode } from './folder.ts';
import { fingerprint } from './seen-entries.ts';
import type { CollectedItem, Source } from './source.ts';
import { packState, unpackState } from './state-cursor.ts';
import { type DumpPiece, readBzip2 } from './wiki/bzip2-streams.ts';
import { type DumpPlace, dumpPlaceSchema, readDump } from './wiki/dump-reader.ts';
import { pageAddress, takeInPage } from './wiki/wiki-page.ts';
import { XmlError } from './xml/xml-stream.ts';

type DumpSpec = Extract<SourceSpec, { kind: 'mediawiki-dump' }>;

const KEEP_AFTER_SECONDS = 30;

const stateSchema = z.object({
  /** Of the dumps that were read to their end. */
  newest: z.number(),
  /** The file that is being read or was read last, by name, size and time. */
  file: z.number().optional(),
  isRead: z.boolean(),
  /** Pages of the file that have been dealt with. */
  pages: z.number(),
  /** Newest revision among them. */
  newestHere: z.number(),
  /** What stands before it is not parsed again; nor unpacked, where it is in an earlier stream; nor read, where it is plain. */
  place: dumpPlaceSchema.optional().catch(undefined), // earlier versions kept less
});
type State = z.infer<typeof stateSchema>;

/** The file is not what its name says, or not whole. */
class DamagedError extends Error {}

async function* readStream(path: string, start: number): AsyncGenerator<DumpPiece> {
  const file = createReadStream(path, { start });
  const bytes: Readable = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  file.once('error', (error) => bytes.destroy(error));
  try {
    for await (const piece of bytes) yield { bytes: piece as Uint8Array };
  } finally {
    file.destroy();
  }
}

/** Leaves out the first bytes. */
async function* behind(
  skip: number,
  pieces: AsyncIterable<DumpPiece>,
  signal: AbortSignal,
): AsyncGenerator<DumpPiece> {
  let left = skip;
  for await (const { bytes, begins } of pieces) {
    signal.throwIfAborted();
    if (left === 0) yield { bytes, ...(begins !== undefined && { begins }) };
    else if (bytes.length > left) yield { bytes: bytes.subarray(left) };
    left = Math.max(0, left - bytes.length);
  }
}

/**
 * Reads a file, unpacked as its name says.
 * @param place where to go on
 * @throws DamagedError, or the system's error
 */
async function* readPieces(
  path: string,
  { offset, skip }: Pick<DumpPlace, 'offset' | 'skip'>,
  signal: AbortSignal,
): AsyncGenerator<DumpPiece> {
  try {
    if (path.endsWith('.bz2')) yield* behind(skip, readBzip2(path, offset), signal);
    else if (path.endsWith('.gz')) yield* behind(skip, readStream(path, 0), signal);
    else yield* readStream(path, skip);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && 'syscall' in error) throw error;
    throw new DamagedError('cannot be unpacked');
  }
}

async function fileState(path: string): Promise<number> {
  try {
    const { size, mtimeMs } = await stat(path);
    return fingerprint(path, size, Math.trunc(mtimeMs));
  } catch (error) {
    throw new CoppiceFailure('SourceUnavailable', `the dump ${path} cannot be read (${errorCode(error)})`);
  }
}

/** Makes the source of kind `mediawiki-dump`. */
export function createMediawikiDumpSource(spec: DumpSpec, { now }: { readonly now: () => Date }): Source {
  const { path, namespaces, maximumPageBytes } = spec;

  async function* read(state: State, signal: AbortSignal): AsyncGenerator<CollectedItem> {
    const cursor = () => packState(state);
    const pieces = readPieces(path, state.place ?? { offset: 0, skip: 0 }, signal);
    for await (const { page, site, number, place } of readDump(pieces, maximumPageBytes, state.place)) {
      signal.throwIfAborted();
      if (number <= state.pages) continue;
      Object.assign(state, { pages: number, place });
      state.newestHere = Math.max(state.newestHere, page.revision);
      if (page.isRedirect || !namespaces.includes(page.namespace) || page.revision <= state.newest) continue;
      const tooLarge = {
        problem: { uri: pageAddress(site, page.title), reason: `larger than ${maximumPageBytes} bytes` },
      };
      const taken = page.isTooLarge ? tooLarge : await takeInPage(page, site, { spec, now });
      if (taken !== undefined) yield { ...taken, cursor };
    }
    Object.assign(state, { isRead: true, newest: Math.max(state.newest, state.newestHere) });
  }

  return {
    name: spec.name,
    keepAfterSeconds: KEEP_AFTER_SECONDS,
    collect: async function* (before, signal) {
      signal.throwIfAborted();
      const begin: State = { newest: 0, isRead: false, pages: 0, newestHere: 0 };
      const state = before === undefined ? begin : unpackState(before, stateSchema);
      const file = await fileState(path);
      if (state.file === file && state.isRead) return;
      if (state.file !== file)
        Object.assign(state, { file, isRead: false, pages: 0, newestHere: 0, place: undefined });
      try {
        yield* read(state, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof DamagedError || error instanceof XmlError)) throw error;
        const reason = `damaged: ${error.message}`;
        yield { problem: { uri: path, reason }, cursor: () => packState(state) };
      }
    },
  };
}
