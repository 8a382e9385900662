import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readStack, stopStack } from '../../../stack/control.ts';
import { publishState, readLastState, type StackState, writeState } from '../../../stack/state.ts';
import { isAlive, isSupervisor } from '../../../stack/supervisor-process.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'coppice-state-'));
});
afterEach(() => rm(home, { recursive: true }));

function someState(): StackState {
  return {
    home,
    pid: process.pid,
    startedAt: '2026-01-01T00:00:00.000Z',
    phase: 'ready',
    failure: null,
    notes: [],
    components: {
      minio: {
        state: 'healthy',
        pid: 12,
        ports: { s3: 9000 },
        url: 'http://127.0.0.1:9001',
        restarts: 0,
        logFile: join(home, 'logs', 'minio.log'),
        version: '1',
        from: 'cache',
        problem: null,
      },
    },
    environment: { MINIO_ENDPOINT: 'http://127.0.0.1:9000' },
  };
}

describe('publishState', () => {
  it('has the last of many changes in the file, and no draft beside it', async () => {
    const state = publishState(someState());
    for (let restarts = 1; restarts <= 50; restarts++) state.changeComponent('minio', { restarts });
    await state.written();
    expect(await readLastState(home)).toEqual(state.current);
    expect(state.current.components.minio?.restarts).toBe(50);
    expect(await readdir(home)).toEqual(['stack.json']);
  });

  it('ignores a change of a component that is not part of the stack', async () => {
    const state = publishState(someState());
    state.changeComponent('gateway', { restarts: 1 });
    await state.written();
    expect(await readLastState(home)).toEqual(someState());
  });
});

describe('readStack', () => {
  it('finds nothing in a home without a state, or with a broken one', async () => {
    expect(await readStack(home)).toBeUndefined();
    await writeFile(join(home, 'stack.json'), '{"pid": 1');
    expect(await readStack(home)).toBeUndefined();
  });

  it('takes a pid that another program has now for no supervisor, and leaves it alone', async () => {
    await writeState(someState()); // the pid is that of this test
    expect(isAlive(process.pid)).toBe(true);
    expect(await isSupervisor(process.pid)).toBe(false);
    expect(await readStack(home)).toBeUndefined();
    expect(await stopStack(home)).toBe(false);
  });
});
