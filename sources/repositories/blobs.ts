// Files of a commit, and their bytes, one at a time by `git cat-file --batch`.
import { type GitOptions, runGit, startGit } from './git.ts';

/** An entry of a tree. */
export interface TreeEntry {
  readonly path: string;
  readonly hash: string;
  readonly kind: 'file' | 'link' | 'submodule';
}

const ENTRY = /^(\d{6}) (\w+) ([\da-f]{40,64})\t/;
const HEADER = /^[\da-f]{40,64} blob (\d+)$/;
const NEWLINE = 0x0a;

/** Lists the files of a commit in the order of their paths. */
export async function listTree(commit: string, options: GitOptions): Promise<TreeEntry[]> {
  const listing = (await runGit(['ls-tree', '-r', '-z', '--full-tree', commit], options)).toString('utf8');
  return listing.split('\0').flatMap((line): TreeEntry[] => {
    const found = ENTRY.exec(line);
    if (found === null) return [];
    const [head, mode, type, hash] = found;
    const path = line.slice(head.length);
    if (type === 'commit') return [{ path, hash, kind: 'submodule' }];
    return [{ path, hash, kind: mode === '120000' ? 'link' : 'file' }];
  });
}

/** Names the objects of a commit that were not fetched; git would fetch them as soon as it were asked for one. */
export async function listMissing(commit: string, options: GitOptions): Promise<Set<string>> {
  const listing = await runGit(
    ['rev-list', '--objects', '--no-object-names', '--missing=print', commit],
    options,
  );
  const lines = listing.toString('latin1').split('\n');
  return new Set(lines.filter((line) => line.startsWith('?')).map((line) => line.slice(1)));
}

/** A file's bytes; `tooLarge` where it has more than are wanted; `missing` where it was not fetched. */
export type Blob = Buffer | 'tooLarge' | 'missing';

/** Opens a process that hands out files of a repository. */
export function openBlobs(
  options: GitOptions & { readonly maximumFileBytes: number; readonly missing: ReadonlySet<string> },
) {
  const child = startGit(['cat-file', '--batch'], options);
  child.on('error', () => undefined); // the reading ends
  child.stdin.on('error', () => undefined);
  child.stderr.resume();
  const pieces = (child.stdout as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);

  const more = async (): Promise<void> => {
    const next = await pieces.next();
    if (next.done === true) throw new Error('git ended');
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
  };
  const readLine = async (): Promise<string> => {
    while (!held.includes(NEWLINE)) await more();
    const end = held.indexOf(NEWLINE);
    const line = held.subarray(0, end).toString('latin1');
    held = held.subarray(end + 1);
    return line;
  };
  /** @returns the next bytes; nothing is kept of them where they are not wanted */
  const take = async (size: number, isWanted: boolean): Promise<Buffer> => {
    const taken: Buffer[] = [];
    for (let left = size; left > 0; ) {
      if (held.length === 0) await more();
      const piece = held.subarray(0, left);
      held = held.subarray(piece.length);
      left -= piece.length;
      if (isWanted) taken.push(piece);
    }
    return Buffer.concat(taken);
  };

  return {
    read: async (hash: string): Promise<Blob> => {
      if (options.missing.has(hash)) return 'missing';
      child.stdin.write(`${hash}\n`);
      const size = HEADER.exec(await readLine())?.[1];
      if (size === undefined) return 'missing';
      const isWanted = Number(size) <= options.maximumFileBytes;
      const bytes = await take(Number(size), isWanted);
      await take(1, false); // the line end behind it
      return isWanted ? bytes : 'tooLarge';
    },
    close: (): void => void child.kill('SIGKILL'),
  };
}
