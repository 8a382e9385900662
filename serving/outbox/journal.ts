// The segment that an outbox writes: what is appended is on the disk before anyone hears that it was taken. All that
// waits while the disk works shares the next write and its fsync (group commit; DeWitt et al. 1984, section 4).
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { segmentName } from './segments.ts';

/** Larger ones are closed, also where nobody can ship them yet. */
const segmentBytes = 4 * 1024 * 1024;

export interface JournalOptions {
  readonly directory: string;
  readonly replica: string;
  readonly now: () => Date;
}

export interface Journal {
  /**
   * @param lines whole lines
   * @returns once they are on the disk
   * @throws Error of the file system; then they may or may not be there
   */
  append(lines: string): Promise<void>;
  /** Closes the segment, so that it may be shipped. */
  seal(): Promise<void>;
  /** The name of the segment that is written. */
  active(): string | undefined;
}

interface Segment {
  readonly path: string;
  readonly hour: number;
  readonly handle: FileHandle;
  readonly inode: number;
  bytes: number;
}

interface Waiting {
  readonly lines: string;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export function createJournal({ directory, replica, now }: JournalOptions): Journal {
  let segment: Segment | undefined;
  /** Before its file is there, so that nobody who sees the file takes it for one that is closed. */
  let active: string | undefined;
  let sequence = 0;
  let waiting: Waiting[] = [];
  let last: Promise<void> = Promise.resolve();

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };

  const begin = async (): Promise<Segment> => {
    const time = now();
    sequence += 1;
    const name = segmentName(time, replica, sequence);
    const path = join(directory, name);
    active = name;
    await mkdir(directory, { recursive: true });
    const handle = await open(path, 'ax', 0o600);
    await Promise.all([syncDirectory(directory), syncDirectory(dirname(directory))]);
    return { path, handle, hour: hourOf(time), inode: (await handle.stat()).ino, bytes: 0 };
  };

  const close = async (): Promise<void> => {
    const ended = segment;
    segment = undefined;
    await ended?.handle.close();
    active = undefined;
  };

  /** @returns false where another took the segment for one of the dead: it may have read it before this was written */
  const write = async (lines: string): Promise<boolean> => {
    // Readers look for objects from an hour on: no record may be younger than the hour in its object's name.
    if (segment && (segment.bytes >= segmentBytes || segment.hour !== hourOf(now()))) await close();
    segment ??= await begin();
    await segment.handle.appendFile(lines);
    await segment.handle.datasync();
    segment.bytes += Buffer.byteLength(lines);
    return (await inodeOf(segment.path)) === segment.inode;
  };

  const commit = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return; // an earlier commit took them along
    const lines = batch.map((it) => it.lines).join('');
    try {
      while (!(await write(lines))) await close();
      for (const { resolve } of batch) resolve();
    } catch (error) {
      await close().catch(() => undefined); // what follows a failed write may be half a line
      for (const { reject } of batch) reject(error);
    }
  };

  return {
    append: (lines) =>
      new Promise((resolve, reject) => {
        waiting.push({ lines, resolve, reject });
        if (waiting.length === 1) void inTurn(commit);
      }),
    seal: () => inTurn(close),
    active: () => active,
  };
}

const hourOf = (time: Date): number => Math.floor(time.getTime() / 3_600_000);

async function inodeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).ino;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** A new name is there after a power cut only once its directory has been written. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
