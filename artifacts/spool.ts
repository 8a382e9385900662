// Bytes whose name is not known before the last of them: kept in memory while few, in a temporary file once many,
// so that an artifact goes up once, under its digest.
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SlicedBody } from './sliced-body.ts';
import { slicesOfFile } from './sliced-body.ts';

/** Held in memory up to here: covers most shards, and a few at once do no harm. */
const memoryBytes = 16 * 1024 * 1024;

export interface Spooled {
  /** SHA-256, 64 hexadecimal digits. */
  readonly hex: string;
  readonly sizeBytes: number;
  readonly body: Buffer | SlicedBody;
  /** Removes the temporary file, where there is one. */
  dispose(): Promise<void>;
}

interface SpoolFile {
  readonly folder: string;
  readonly path: string;
  readonly handle: FileHandle;
}

async function createFile(): Promise<SpoolFile> {
  const folder = await mkdtemp(join(tmpdir(), 'coppice-spool-'));
  const path = join(folder, 'bytes');
  return { folder, path, handle: await open(path, 'wx') };
}

/**
 * Takes the stream to its end.
 * @param source yields buffers or strings
 * @param limitBytes kept in memory up to this size
 * @throws whatever the source throws; nothing is left behind
 */
export async function spool(source: AsyncIterable<unknown>, limitBytes = memoryBytes): Promise<Spooled> {
  const hash = createHash('sha256');
  let chunks: Buffer[] = [];
  let sizeBytes = 0;
  let file: SpoolFile | undefined;
  const dispose = async (): Promise<void> => {
    if (file) await rm(file.folder, { recursive: true, force: true });
  };
  try {
    for await (const piece of source) {
      const chunk = toBuffer(piece);
      hash.update(chunk);
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes <= limitBytes) continue;
      file ??= await createFile();
      for (const held of chunks) await file.handle.writeFile(held);
      chunks = [];
    }
  } catch (error) {
    await file?.handle.close();
    await dispose();
    throw error;
  }
  await file?.handle.close();
  const path = file?.path;
  const body = path === undefined ? Buffer.concat(chunks, sizeBytes) : slicesOfFile(path, sizeBytes);
  return { hex: hash.digest('hex'), sizeBytes, body, dispose };
}

function toBuffer(piece: unknown): Buffer {
  if (Buffer.isBuffer(piece)) return piece;
  if (piece instanceof Uint8Array) return Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  if (typeof piece === 'string') return Buffer.from(piece);
  throw new TypeError(`a stream of artifact bytes yields buffers or text, not ${typeof piece}`);
}
