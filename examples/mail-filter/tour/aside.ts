// The tour begins with nothing; what an earlier stack has left is kept beside it.
import { access, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** What the servers keep, and how far this machine saw their ledgers: the one without the other looks like a forgery. */
const kept = ['data', 'heads'];

/**
 * Moves the state of an earlier stack out of the way.
 * @param home the stack's folder
 * @returns where it was put; undefined where there was none
 */
export async function setDataAside(home: string): Promise<string | undefined> {
  const aside = join(home, 'earlier', new Date().toISOString().replace(/[:.]/g, '-'));
  let moved = false;
  for (const name of kept) {
    if (!(await exists(join(home, name)))) continue;
    await mkdir(aside, { recursive: true });
    await rename(join(home, name), join(aside, name));
    moved = true;
  }
  return moved ? aside : undefined;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
