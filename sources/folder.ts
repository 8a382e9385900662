// Walks a folder in the order of names. A single file counts as a folder with one entry.
import type { Dirent } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CoppiceFailure } from '../contracts/failures.ts';

/** A file below the folder, or something that is not one. */
export interface FolderEntry {
  /** Relative to the folder, with forward slashes. */
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly changedAtMs: number;
  /** Why it is set aside. */
  readonly problem?: string;
}

/** @returns the system's code of an error, such as `ENOENT`. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unknown error';
}

/** Says in one line why a place as a whole cannot be read. */
function placeFailure(path: string, error: unknown): CoppiceFailure {
  const code = errorCode(error);
  if (code === 'ENOENT')
    return new CoppiceFailure('SourceUnavailable', `there is no file or folder ${path}`, { path });
  if (code === 'EACCES' || code === 'EPERM') {
    return new CoppiceFailure('SourceForbidden', `${path} may not be read`, { path });
  }
  if (code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP' || code === 'ERR_INVALID_ARG_VALUE') {
    return new CoppiceFailure('InvalidInput', `${path} is no path that can be read (${code})`, { path });
  }
  return new CoppiceFailure('SourceUnavailable', `${path} cannot be read (${code})`, { path });
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : Number(left.name > right.name);
}

async function entryOf(name: string, path: string): Promise<FolderEntry> {
  try {
    const found = await lstat(path);
    const size = { sizeBytes: found.size, changedAtMs: Math.trunc(found.mtimeMs) };
    if (found.isFile()) return { name, path, ...size };
    // A link could lead out of the folder, or round in a circle.
    return {
      name,
      path,
      ...size,
      problem: found.isSymbolicLink() ? 'a symbolic link' : 'not a regular file',
    };
  } catch (error) {
    return { name, path, sizeBytes: 0, changedAtMs: 0, problem: `unreadable (${errorCode(error)})` };
  }
}

async function listing(path: string): Promise<Dirent[] | string> {
  try {
    return (await readdir(path, { withFileTypes: true }))
      .filter(({ name }) => !name.startsWith('.'))
      .sort(byName);
  } catch (error) {
    return `unreadable (${errorCode(error)})`;
  }
}

async function* walk(folder: string, prefix: string, signal: AbortSignal): AsyncGenerator<FolderEntry> {
  const found = await listing(folder);
  if (typeof found === 'string') {
    yield { name: prefix, path: folder, sizeBytes: 0, changedAtMs: 0, problem: found };
    return;
  }
  for (const entry of found) {
    signal.throwIfAborted();
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path, name, signal);
    else yield await entryOf(name, path);
  }
}

/**
 * Lists what stands below a path, hidden entries left out.
 * @throws CoppiceFailure when the path itself cannot be read
 */
export async function listFolder(path: string, signal: AbortSignal): Promise<FolderEntry[]> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return [await entryOf(basename(path), path)];
    await readdir(path); // a folder that is forbidden as a whole is a failure, one below it a problem
  } catch (error) {
    throw placeFailure(path, error);
  }
  const entries: FolderEntry[] = [];
  for await (const entry of walk(path, '', signal)) entries.push(entry);
  return entries;
}
