// A bucket in a folder, for processes of a test that share one: a file an object, written aside and renamed.
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createMemoryObjectStore } from '../../artifacts/memory-object-store.ts';
import type { ObjectStore } from '../../artifacts/object-store.ts';

/** Puts go to the folder. */
export function createFolderStore(folder: string): ObjectStore {
  return {
    ...createMemoryObjectStore(),
    put: async (key, body) => {
      if (!Buffer.isBuffer(body)) throw new Error('a sliced body is not written here');
      const path = join(folder, key);
      const aside = join(folder, randomUUID());
      await mkdir(dirname(path), { recursive: true });
      await writeFile(aside, body);
      await rename(aside, path);
    },
  };
}

/** @returns the lines of all JSONL objects that processes have put into the folder */
export async function linesInFolder(folder: string): Promise<string[]> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.jsonl'));
  const contents = await Promise.all(paths.map((path) => readFile(join(folder, path), 'utf8')));
  return contents.flatMap((content) => content.split('\n').filter(Boolean));
}
