// Starts a command on a leash (leash.sh): it ends when this process lets go of it, or ends in whatever way.
import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Environment } from './component.ts';

export interface LeashedCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Environment;
  /** Takes stdout and stderr; appended to. */
  readonly logFile: string;
  /** Seconds between SIGTERM and SIGKILL once the leash is let go. */
  readonly graceSeconds: number;
}

export interface LeashedProcess {
  /** The command's own pid, not the leash's. */
  readonly pid: Promise<number | undefined>;
  /** Resolves when nothing of it is left, with how it ended in words. */
  readonly ended: Promise<string>;
  /** Ends it: SIGTERM, and SIGKILL to all that is left after the grace. */
  letGo(): void;
}

const script = fileURLToPath(new URL('leash.sh', import.meta.url));
const largestLogBytes = 16 * 1024 * 1024; // beyond that a start moves the log to `.1`, so at most two are kept

export function startOnLeash({ file, args, env, logFile, graceSeconds }: LeashedCommand): LeashedProcess {
  const log = openLog(logFile);
  const leash = spawn('/bin/sh', [script, `${graceSeconds}`, file, ...args], {
    env,
    detached: true, // a group of its own: Ctrl-C reaches the supervisor only, and the group can be ended whole
    stdio: ['pipe', log, log, 'pipe'],
  });
  closeSync(log);
  leash.stdin?.on('error', () => undefined); // it ended first: nothing to hold any more

  let told = '';
  let tellPid: (pid: number | undefined) => void = () => undefined;
  const pid = new Promise<number | undefined>((resolve) => (tellPid = resolve));
  leash.stdio[3]?.on('data', (chunk: Buffer) => {
    told += chunk.toString();
    const line = /^pid (\d+)\n/m.exec(told);
    if (line !== null) tellPid(Number(line[1]));
  });
  const ended = new Promise<string>((resolve) => {
    leash.once('error', (error) => resolve(`did not start: ${error.message}`));
    leash.once('close', () => {
      tellPid(undefined);
      endGroup(leash.pid); // leash.sh has done so, unless it was killed itself
      const code = /^exit (\d+)\n/m.exec(told)?.[1];
      resolve(code === undefined ? 'was killed' : exitInWords(Number(code)));
    });
  });
  return { pid, ended, letGo: () => leash.stdin?.destroy() };
}

function openLog(path: string): number {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > largestLogBytes) renameSync(path, `${path}.1`);
  return openSync(path, 'a');
}

function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // The group is empty, as it should be.
  }
}

/** A shell's exit code in words: from 128 on, it is a signal's number. */
function exitInWords(code: number): string {
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
  return signal === undefined ? `exited with ${code}` : `was ended by ${signal}`;
}
