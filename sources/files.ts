// A folder of files, one document each.
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { SourceSpec } from '../contracts/model-spec/collection.ts';
import { documentOf, looksBinary, type Origin } from './content.ts';
import { collectEntries, type FoundState, type SourceEntry } from './entries.ts';
import { type FolderEntry, listFolder } from './folder.ts';
import { fingerprint, openSeenEntries } from './seen-entries.ts';
import type { Source } from './source.ts';

/** Where a source on the file system reads. */
export interface FolderContext {
  /** Absolute. */
  readonly path: string;
  readonly now: () => Date;
}

/** @returns the fingerprint of a file as it stands: a file that has changed counts as new. */
export function fileState({ name, sizeBytes, changedAtMs }: FolderEntry): number {
  return fingerprint(name, sizeBytes, changedAtMs);
}

/** @returns what is wrong with a file before it is opened. */
export function problemBefore({ problem, sizeBytes }: FolderEntry, maximumBytes: number): string | undefined {
  return problem ?? (sizeBytes > maximumBytes ? `larger than ${maximumBytes} bytes` : undefined);
}

export interface OpenFileOptions {
  readonly state: number;
  readonly maximumFileBytes: number;
  readonly origin: Omit<Origin, 'collectedAt'>;
  readonly now: () => Date;
}

/** Reads the one document of a file, or says why there is none. */
export async function* openFile(
  entry: FolderEntry,
  { state, maximumFileBytes, origin, now }: OpenFileOptions,
): AsyncGenerator<FoundState> {
  const { uri, mediaType } = origin;
  const before = problemBefore(entry, maximumFileBytes);
  if (before !== undefined) {
    yield { state, problem: { uri, reason: before } };
    return;
  }
  const bytes = await readFile(entry.path);
  if (mediaType.startsWith('text/') && looksBinary(bytes))
    yield { state, problem: { uri, reason: 'not text' } };
  else yield { state, document: documentOf(bytes, { ...origin, collectedAt: now() }) };
}

/** Makes the source of kind `files`. */
export function createFilesSource(
  spec: Extract<SourceSpec, { kind: 'files' }>,
  { path, now }: FolderContext,
): Source {
  const { name: source, mediaType, licence, extensions, maximumFileBytes } = spec;
  const wanted = ({ name }: FolderEntry): boolean =>
    extensions.length === 0 || extensions.some((extension) => name.endsWith(extension));

  return {
    name: source,
    collect: async function* (cursor, signal) {
      const entries: SourceEntry[] = (await listFolder(path, signal)).filter(wanted).map((entry) => {
        const uri = pathToFileURL(entry.path).href;
        const state = fileState(entry);
        const origin = { source, name: entry.name, uri, mediaType, licence };
        return { uri, state, open: () => openFile(entry, { state, maximumFileBytes, origin, now }) };
      });
      yield* collectEntries(
        entries,
        openSeenEntries(cursor, new Set(entries.map(({ state }) => state))),
        signal,
      );
    },
  };
}
