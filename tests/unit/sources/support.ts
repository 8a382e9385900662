// A folder for a test, a source's items as short lines, and an object store in memory.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { CollectedItem, Cursor, ObjectReader, Source } from '../../../sources/source.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

/** @returns a folder that goes when the test ends. */
export async function temporaryFolder(files: Files = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'coppice-sources-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFiles(folder, files);
  return folder;
}

export async function collectAll(source: Source, cursor?: Cursor): Promise<CollectedItem[]> {
  const items: CollectedItem[] = [];
  for await (const item of source.collect(cursor, new AbortController().signal)) items.push(item);
  return items;
}

/** @returns the cursors behind each item, as a kill after it would find them */
export async function cursorsOf(source: Source, cursor?: Cursor): Promise<Cursor[]> {
  const cursors: Cursor[] = [];
  for await (const item of source.collect(cursor, new AbortController().signal)) cursors.push(item.cursor());
  return cursors;
}

/** @returns the id of a document, or the last part of the address of what was set aside, with the reason. */
function describeItem(item: CollectedItem): string {
  if ('document' in item) return item.document.id;
  return `${item.problem.uri.slice(item.problem.uri.lastIndexOf('/') + 1)}: ${item.problem.reason}`;
}

export async function describeAll(source: Source, cursor?: Cursor): Promise<string[]> {
  return (await collectAll(source, cursor)).map(describeItem);
}

/** @returns the cursor after everything that a source brings. */
export async function lastCursor(source: Source, cursor?: Cursor): Promise<Cursor | undefined> {
  return (await collectAll(source, cursor)).at(-1)?.cursor() ?? cursor;
}

/** An object store in memory, listing keys in ascending order as S3 does. */
export function memoryObjects(objects: Map<string, string | Uint8Array>): ObjectReader {
  const bytesOf = (key: string): Buffer => Buffer.from(objects.get(key) ?? '');
  return {
    async *list(bucket, prefix, after = '') {
      const keys = [...objects.keys()].filter((key) => key.startsWith(`${bucket}/${prefix}`)).sort();
      for (const path of keys) {
        const key = path.slice(bucket.length + 1);
        const bytes = bytesOf(path);
        if (key > after)
          yield await Promise.resolve({
            key,
            sizeBytes: bytes.length,
            etag: bytes.toString('hex').slice(0, 32),
          });
      }
    },
    read: (bucket, key) => Promise.resolve(bytesOf(`${bucket}/${key}`)),
    stream: (bucket, key) => Readable.from([bytesOf(`${bucket}/${key}`)]),
  };
}
