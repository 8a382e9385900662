// How much memory this process may still take: what the machine has left, or what its control group allows, where that
// is less. Pages of files that a group has read count as free, since the kernel gives them back.
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';

/** Reads a file; undefined where there is none. */
export type ReadText = (path: string) => string | undefined;

/** What a process knows of its memory, in bytes. */
export interface Memory {
  /** May be taken beyond what is resident. */
  readonly available: () => number;
  readonly resident: () => number;
  /** The most that was ever resident. */
  readonly peak: () => number;
}

/** The memory of this process. */
export const processMemory: Memory = {
  available: () => availableMemory(readText),
  resident: () => process.memoryUsage.rss(),
  peak: () => process.resourceUsage().maxRSS * 1_024, // reported in KiB
};

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // not Linux, or no such control group
  }
}

/** @param read how files below /proc and /sys are read */
export function availableMemory(read: ReadText): number {
  const meminfo = read('/proc/meminfo');
  const machine = meminfo === undefined ? freemem() : 1_024 * numberOf(meminfo, 'MemAvailable:', Infinity);
  return Math.min(machine, ...groupFolders(read).map((folder) => leftOf(folder, read)));
}

/** Where the limits of this process's group, and of the one that it sees as the root, may stand. */
function groupFolders(read: ReadText): GroupFolder[] {
  const groups = (read('/proc/self/cgroup') ?? '').trim().split('\n');
  const paths = groups.flatMap((line) => {
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers !== '' && !controllers.split(',').includes('memory')) return [];
    return [{ version: controllers === '' ? 2 : 1, path } as const];
  });
  return paths.flatMap(({ version, path }) => {
    const root = version === 2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory';
    return [...new Set([root + path, root])].map((folder) => ({
      version,
      folder: folder.replace(/\/$/, ''),
    }));
  });
}

interface GroupFolder {
  readonly version: 1 | 2;
  readonly folder: string;
}

/** https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files, and its predecessor. */
const files = {
  1: { limit: 'memory.limit_in_bytes', used: 'memory.usage_in_bytes', reclaimable: 'total_inactive_file' },
  2: { limit: 'memory.max', used: 'memory.current', reclaimable: 'inactive_file' },
} as const;

function leftOf({ version, folder }: GroupFolder, read: ReadText): number {
  const { limit, used, reclaimable } = files[version];
  const bytes = Number(read(`${folder}/${limit}`) ?? 'none'); // `max`: no limit
  if (!Number.isFinite(bytes)) return Infinity;
  const taken = Number(read(`${folder}/${used}`) ?? 0);
  return Math.max(0, bytes - taken + numberOf(read(`${folder}/memory.stat`) ?? '', reclaimable, 0));
}

/** The number behind a word at the beginning of a line. */
function numberOf(text: string, word: string, otherwise: number): number {
  const found = new RegExp(`^${word}\\s+(\\d+)`, 'm').exec(text);
  return found === null ? otherwise : Number(found[1]);
}
