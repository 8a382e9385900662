import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from '../../../setup/lock.mjs';
import { createTurns } from '../../../setup/turns.mjs';

const deadPid = 2_000_000_000; // beyond what any system gives

let folder = '';
const lock = () => join(folder, 'locks', 'minio');
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coppice-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Counts how many run at once. */
function createMeter() {
  let now = 0;
  let most = 0;
  return {
    most: () => most,
    async job() {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
    },
  };
}

describe('the lock of a long step', () => {
  it('lets one in at a time, and everyone in the end', async () => {
    const meter = createMeter();
    await Promise.all(Array.from({ length: 4 }, () => withLock(lock(), meter.job)));
    expect(meter.most()).toBe(1);
    expect(existsSync(lock())).toBe(false);
  });

  it('is given back when the work fails', async () => {
    await expect(withLock(lock(), () => Promise.reject(new Error('no network')))).rejects.toThrow(
      'no network',
    );
    expect(await withLock(lock(), () => Promise.resolve('next'))).toBe('next');
  });

  it('is taken from a process that is gone', async () => {
    await withLock(lock(), () => Promise.resolve());
    writeFileSync(lock(), JSON.stringify({ host: hostname(), pid: deadPid }));
    expect(await withLock(lock(), () => Promise.resolve('taken'))).toBe('taken');
    expect(readdirSync(join(folder, 'locks'))).toEqual([]);
  });

  it('is taken from another host that has not touched it for a minute, not from one that has', async () => {
    await withLock(lock(), () => Promise.resolve());
    writeFileSync(lock(), JSON.stringify({ host: 'elsewhere', pid: deadPid }));
    let waited = false;
    const taking = withLock(
      lock(),
      () => Promise.resolve('taken'),
      () => {
        waited = true;
        const longAgo = new Date(Date.now() - 61_000);
        utimesSync(lock(), longAgo, longAgo);
      },
    );
    expect(await taking).toBe('taken');
    expect(waited).toBe(true);
  });
});

describe('turns', () => {
  it('runs jobs one after another in the order they came, past one that fails', async () => {
    const meter = createMeter();
    const take = createTurns();
    const order: number[] = [];
    const jobs = [1, 2, 3].map((number) =>
      take(async () => {
        await meter.job();
        order.push(number);
        if (number === 1) throw new Error('first fails');
      }),
    );
    const outcomes = await Promise.allSettled(jobs);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(order).toEqual([1, 2, 3]);
    expect(meter.most()).toBe(1);
  });
});
