// Segments of gateways that have died, `<root>/<replica>/…`, beside `<root>/<replica>.lock`, which a gateway that lives
// writes every few seconds. A segment is taken over by renaming it, which one gateway alone can do. The lock is advice: a
// gateway that was only held up finds its segment gone and writes the last lines once more (journal.ts).
import { mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './journal.ts';
import { isSegmentName } from './segments.ts';

/** Longer than a process of ours is ever held up. */
const deadAfterMs = 15_000;

export interface Leftovers {
  /** Says that this gateway lives. */
  renew(): Promise<void>;
  /** Takes over what the dead have left. @returns how many segments */
  takeOver(): Promise<number>;
  /** Whoever comes next may take over what is left. */
  leave(): Promise<void>;
}

export function createLeftovers(root: string, replica: string): Leftovers {
  const own = join(root, replica);
  const lockOf = (name: string) => join(root, `${name}.lock`);

  const takeFrom = async (name: string): Promise<number> => {
    let taken = 0;
    for (const segment of (await readdir(join(root, name))).filter(isSegmentName)) {
      if (await moved(join(root, name, segment), join(own, segment))) taken += 1;
    }
    await rmdir(join(root, name)).catch(() => undefined); // what is no segment stays, with its folder
    await rm(lockOf(name), { force: true });
    return taken;
  };

  return {
    renew: async () => {
      await mkdir(own, { recursive: true });
      await writeFile(lockOf(replica), String(process.pid));
    },
    takeOver: async () => {
      const renewedAt = await writtenAt(lockOf(replica)); // by the file system's clock, as the others' locks
      let taken = 0;
      for (const entry of await readdir(root, { withFileTypes: true })) {
        if (!entry.isDirectory() || entry.name === replica || entry.name === setAsideFolder) continue;
        if (renewedAt - (await writtenAt(lockOf(entry.name))) < deadAfterMs) continue;
        taken += await takeFrom(entry.name).catch(unlessMissing);
      }
      return taken;
    },
    leave: async () => {
      await rmdir(own).catch(() => undefined); // segments that could not be shipped stay
      await rm(lockOf(replica), { force: true });
    },
  };
}

/** Beside the folders of gateways: lines that are damaged, under the name of their segment. */
export const setAsideFolder = 'set-aside';

/** @returns milliseconds; 0 where there is no such file */
async function writtenAt(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    return unlessMissing(error);
  }
}

/** Another was faster, and took it. */
function unlessMissing(error: unknown): 0 {
  if (isMissing(error)) return 0;
  throw error;
}

async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    unlessMissing(error);
    return false;
  }
}
