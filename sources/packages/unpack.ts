// Unpacks an archive into a folder. Regular files only; a path that leads out of the folder refuses the whole archive,
// since whoever made it meant harm.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createTarDecoder } from 'modern-tar';
import { CoppiceFailure } from '../../contracts/failures.ts';
import { errorCode } from '../folder.ts';
import type { CollectionProblem } from '../source.ts';

/** More than any text package has; a bomb of empty files would fill the disk's table all the same. */
const MOST_ENTRIES = 500_000;

export interface UnpackOptions {
  /** Leading parts of each path that are dropped. */
  readonly wrapping: number;
  readonly maximumBytes: number;
  readonly signal: AbortSignal;
}

/** @returns the path below the folder, or nothing for the wrapping itself */
function pathWithin(name: string, wrapping: number): string | undefined {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || /[\0\\]/.test(name) || parts.includes('..'))
    throw new CoppiceFailure(
      'InvalidInput',
      'the package holds a path that leads out of it; nothing of it was kept',
    );
  const within = parts.slice(wrapping);
  return within.length === 0 ? undefined : within.join('/');
}

/**
 * Unpacks a tar stream.
 * @param folder exists
 * @returns what is no regular file and was left out; `uri` is the path within the archive
 * @throws CoppiceFailure InvalidInput for a path that leads out, for too many bytes or entries, for damage
 */
export async function unpack(
  tar: AsyncIterable<Uint8Array>,
  folder: string,
  options: UnpackOptions,
): Promise<CollectionProblem[]> {
  try {
    return await unpackEntries(tar, folder, options);
  } catch (error) {
    const code = errorCode(error);
    // The disk's own words, such as ENOSPC, say more than that the archive is damaged.
    if (error instanceof CoppiceFailure || /^E(?!RR_)[A-Z]+$/.test(code)) throw error;
    options.signal.throwIfAborted();
    throw new CoppiceFailure(
      'InvalidInput',
      'the package is damaged: no archive that can be read to its end',
    );
  }
}

async function unpackEntries(
  tar: AsyncIterable<Uint8Array>,
  folder: string,
  { wrapping, maximumBytes, signal }: UnpackOptions,
): Promise<CollectionProblem[]> {
  const leftOut: CollectionProblem[] = [];
  let bytes = 0;
  let entries = 0;
  const decoded = Readable.toWeb(Readable.from(tar)).pipeThrough(createTarDecoder({ strict: true }));
  for await (const { header, body } of decoded) {
    signal.throwIfAborted();
    entries += 1;
    bytes += header.size;
    if (bytes > maximumBytes || entries > MOST_ENTRIES)
      throw new CoppiceFailure(
        'InvalidInput',
        `the package unpacks to more than ${maximumBytes} bytes or ${MOST_ENTRIES} files`,
      );
    const path = pathWithin(header.name, wrapping);
    if (path !== undefined && header.type === 'file') {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await pipeline(Readable.fromWeb(body), createWriteStream(join(folder, path)), { signal });
    } else {
      await body.cancel();
      if (path !== undefined && header.type !== 'directory')
        leftOut.push({
          uri: path,
          reason: header.type === 'symlink' ? 'a symbolic link' : 'not a regular file',
        });
    }
  }
  return leftOut;
}
