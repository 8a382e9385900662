import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backoffMs, runComponent, watchHealth } from '../../../stack/component-run.ts';
import type { LeashedProcess } from '../../../stack/leash.ts';
import type { ComponentState } from '../../../stack/state.ts';
import { poll } from '../../support/poll.ts';

/** A process of ours that ends when it is told to. */
function fakeProcess(pid: number): LeashedProcess & { end(how: string): void } {
  let end: (how: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => (end = resolve));
  return { pid: Promise.resolve(pid), ended, letGo: () => end('exited with 0'), end: (how) => end(how) };
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-run-'));
  await writeFile(join(folder, 'log'), 'starting\nError: no disk\n    at Error.open\n}\n');
});
afterEach(() => rm(folder, { recursive: true }));

function runFakes(health: () => Promise<string | undefined>) {
  const children: ReturnType<typeof fakeProcess>[] = [];
  const state: Partial<ComponentState> = {};
  const lines: string[] = [];
  const run = runComponent({
    name: 'minio',
    start: () => {
      const child = fakeProcess(100 + children.length);
      children.push(child);
      return child;
    },
    health,
    logFile: join(folder, 'log'),
    onChange: (change) => Object.assign(state, change),
    log: (line) => lines.push(line),
  });
  return { run, children, state, lines };
}

describe('backoffMs', () => {
  it('doubles from half a second to half a minute', () => {
    expect([1, 2, 3, 6, 7, 50].map(backoffMs)).toEqual([500, 1_000, 2_000, 16_000, 30_000, 30_000]);
  });
});

describe('runComponent', () => {
  it('is started once the component answers, and stopped when it has ended', async () => {
    const { run, state } = runFakes(() => Promise.resolve(undefined));
    await run.started;
    expect(state).toMatchObject({ state: 'healthy', pid: 100, problem: null });
    await run.stop();
    expect(state).toMatchObject({ state: 'stopped', pid: null });
  });

  it('starts a crashed component again and counts it', async () => {
    const { run, children, state, lines } = runFakes(() => Promise.resolve(undefined));
    await run.started;
    children[0]?.end('was ended by SIGSEGV');
    await poll('healthy again', () => state.pid === 101 && state.state === 'healthy', 10_000);
    expect(state.restarts).toBe(1);
    expect(lines).toContain('minio was ended by SIGSEGV; restart 1 in 0.5 s');
    await run.stop();
    expect(children).toHaveLength(2);
  });

  it('does not start it again when it is stopped during the pause', async () => {
    const { run, children, state } = runFakes(() => Promise.resolve(undefined));
    await run.started;
    children[0]?.end('exited with 1');
    await poll('crashed', () => state.state === 'crashed', 10_000);
    await run.stop();
    expect(children).toHaveLength(1);
    expect(state.state).toBe('stopped');
  });

  it('gives up at the third end before the first health, with what the log says of it', async () => {
    const { run, children } = runFakes(() => Promise.resolve('no answer'));
    const failed = expect(run.started).rejects.toThrow(
      /^minio exited with 7, 3 times\n {2}Error: no disk\n {2}the whole log: /,
    );
    for (const attempt of [0, 1, 2]) {
      const child = await poll(`attempt ${attempt}`, () => children[attempt], 10_000);
      child.end('exited with 7');
    }
    await failed;
  });
});

describe('watchHealth', () => {
  it('calls a component unhealthy at the third missed answer only, and healthy at the next answer', async () => {
    const answers = [undefined, 'slow', undefined, 'slow', 'slow', 'slow', undefined];
    const states: (string | undefined)[] = [];
    const stopping = new AbortController();
    await watchHealth(
      {
        name: 'minio',
        health: () => Promise.resolve(answers.shift()),
        onChange: ({ state }) => {
          states.push(state);
          if (states.length === 3) stopping.abort();
        },
        log: () => undefined,
        signal: stopping.signal,
        healthyCheckEveryMs: 1,
      },
      () => undefined,
    );
    expect(states).toEqual(['healthy', 'unhealthy', 'healthy']);
  });
});
