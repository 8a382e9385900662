// Whether a pid is a supervisor that lives. A pid alone says little: after a reboot another program may have it.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const entry = 'stack/main.ts';

/** Whether a process with this pid exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // it exists and is another user's
  }
}

export async function isSupervisor(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  return (await commandLine(pid)).includes(entry);
}

/** A process's command line; empty when there is none, as of a process that has ended and was not yet reaped. */
async function commandLine(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux')
      return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
    return (await promisify(execFile)('ps', ['-o', 'args=', '-p', `${pid}`])).stdout;
  } catch {
    return '';
  }
}
