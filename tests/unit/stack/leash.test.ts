// The leash with real processes: shells that behave badly.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LeashedProcess, startOnLeash } from '../../../stack/leash.ts';
import { isAlive } from '../../../stack/supervisor-process.ts';
import { poll } from '../../support/poll.ts';

let folder: string;
const started: LeashedProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-leash-'));
});

afterEach(async () => {
  for (const child of started.splice(0)) {
    child.letGo();
    await child.ended;
  }
  await rm(folder, { recursive: true });
});

function shell(script: string, graceSeconds = 1): LeashedProcess {
  const child = startOnLeash({
    file: '/bin/sh',
    args: ['-c', script],
    env: process.env,
    logFile: join(folder, 'log'),
    graceSeconds,
  });
  started.push(child);
  return child;
}

const logged = (): Promise<string> => readFile(join(folder, 'log'), 'utf8');

/** The pid that a script wrote as `name=PID`. */
function pidNamed(name: string): Promise<number> {
  return poll(
    `${name} is told`,
    async () => {
      const match = new RegExp(`${name}=(\\d+)\\n`).exec(await logged());
      return match === null ? undefined : Number(match[1]);
    },
    10_000,
  );
}

describe('startOnLeash', () => {
  it('tells the pid of the command itself and appends what it says to the log', async () => {
    const child = shell('echo "self=$$"; echo "also this" >&2; exec sleep 100');
    expect(await child.pid).toBe(await pidNamed('self'));
    expect(await poll('stderr', async () => (await logged()).includes('also this'), 10_000)).toBe(true);
  });

  it.each([
    ['exit 0', 'exited with 0'],
    ['exit 3', 'exited with 3'],
    ['kill -KILL $$', 'was ended by SIGKILL'],
  ])('tells how `%s` ended: %s', async (script, words) => {
    expect(await shell(script).ended).toBe(words);
  });

  it('tells of a program that does not exist', async () => {
    const child = startOnLeash({
      file: '/nowhere/program',
      args: [],
      env: {},
      logFile: join(folder, 'log'),
      graceSeconds: 1,
    });
    expect(await child.ended).toBe('exited with 127');
    expect(await logged()).toContain('/nowhere/program');
  });

  it('lets the command end itself in the grace after SIGTERM', async () => {
    const child = shell('trap "echo good-bye; exit 0" TERM; echo "self=$$"; while :; do sleep 0.1; done', 20);
    await pidNamed('self');
    child.letGo();
    await child.ended;
    expect(await logged()).toContain('good-bye');
  });

  it('kills a command that ignores SIGTERM, and the children that it left', async () => {
    const child = shell(
      'trap "" TERM; sleep 100 & echo "child=$!"; echo "self=$$"; while :; do sleep 1; done',
    );
    const pids = [await pidNamed('child'), await pidNamed('self')];
    expect(pids.every(isAlive)).toBe(true);
    child.letGo();
    await child.ended;
    await poll('both are gone', () => !pids.some(isAlive), 10_000);
  });

  it('sweeps away the children of a command that crashed', async () => {
    const child = shell('sleep 100 & echo "child=$!"; exit 1');
    expect(await child.ended).toBe('exited with 1');
    const orphan = await pidNamed('child');
    await poll('the orphan is gone', () => !isAlive(orphan), 10_000);
  });
});
