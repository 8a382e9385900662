// The workflows as one prebuilt bundle, cached by the digest of what goes into it: building takes seconds, reading none.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Rooms that workflow code may import from, and the versions of what it may import besides. */
const ingredients = ['workflows', 'contracts'];

/** @returns the path of a bundle that is up to date */
export async function workflowBundlePath(): Promise<string> {
  const directory = join(root, 'node_modules', '.cache', 'coppice');
  const path = join(directory, `workflows-${await ingredientsDigest()}.js`);
  if (
    await readFile(path).then(
      () => true,
      () => false,
    )
  )
    return path;
  const { code } = await bundleWorkflowCode({ workflowsPath: join(root, 'workflows', 'all.ts') });
  await mkdir(directory, { recursive: true });
  const partial = `${path}.${process.pid}`;
  await writeFile(partial, code);
  await rename(partial, path); // another process may build the same
  return path;
}

async function ingredientsDigest(): Promise<string> {
  const hash = createHash('sha256');
  for (const room of ingredients) {
    const names = await readdir(join(root, room), { recursive: true });
    for (const name of names.filter((it) => it.endsWith('.ts')).sort()) {
      hash.update(name).update(await readFile(join(root, room, name)));
    }
  }
  hash.update(await readFile(join(root, 'package-lock.json')));
  return hash.digest('hex').slice(0, 16);
}
