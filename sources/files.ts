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

type FilesSpec = Extract<SourceSpec, { kind: 'files' }>;

async function listWanted(path: string, { extensions }: FilesSpec, signal: AbortSignal) {
  const entries = await listFolder(path, signal);
  return entries.filter(
    ({ name }) => extensions.length === 0 || extensions.some((extension) => name.endsWith(extension)),
  );
}

/**
 * @param spec with an absolute path
 * @returns how many files would be opened, and how large they are
 */
export async function countFiles(spec: FilesSpec, signal: AbortSignal) {
  const entries = await listWanted(spec.path, spec, signal);
  const opened = entries.filter((entry) => problemBefore(entry, spec.maximumFileBytes) === undefined);
  return { count: opened.length, sizeBytes: opened.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

/** Makes the source of kind `files`. */
export function createFilesSource(spec: FilesSpec, { path, now }: FolderContext): Source {
  const { name: source, mediaType, licence, maximumFileBytes } = spec;

  return {
    name: source,
    collect: async function* (cursor, signal) {
      const entries: SourceEntry[] = (await listWanted(path, spec, signal)).map((entry) => {
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
