// How far this machine has seen each ledger, kept in a folder: after a restart an older registry, with its newest
// entries removed or put back to what it was, is known for what it is. One empty file a model, named
// `<sequence>-<hash>`; the highest counts, so that several processes may share the folder.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LedgerHead } from '../../contracts/trust.ts';

export interface Heads {
  /** For messages: what to remove where a registry was set back on purpose. */
  readonly location: string;
  read(model: string): Promise<LedgerHead | undefined>;
  remember(model: string, head: LedgerHead): Promise<void>;
}

/** @param directory of one registry; made with the first head */
export function createHeads(directory: string): Heads {
  const list = async (model: string): Promise<string[]> => {
    const names = await readdir(join(directory, model)).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    });
    return names.filter((name) => /^[0-9]{8}-[0-9a-f]{64}$/.test(name)).sort();
  };
  return {
    location: directory,
    async read(model) {
      const name = (await list(model)).at(-1);
      return name === undefined ? undefined : { sequence: Number(name.slice(0, 8)), hash: name.slice(9) };
    },
    async remember(model, { sequence, hash }) {
      const name = `${String(sequence).padStart(8, '0')}-${hash}`;
      await mkdir(join(directory, model), { recursive: true });
      await writeFile(join(directory, model, name), '');
      const older = (await list(model)).filter((other) => other.slice(0, 8) < name.slice(0, 8));
      await Promise.all(older.map((other) => rm(join(directory, model, other), { force: true })));
    },
  };
}

/** For who lives no longer than one look. */
export const noHeads: Heads = {
  location: 'memory',
  read: () => Promise.resolve(undefined),
  remember: () => Promise.resolve(),
};
