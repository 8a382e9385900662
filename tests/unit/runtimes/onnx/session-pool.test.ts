import { describe, expect, it } from 'vitest';
import type { OnnxSession } from '../../../../runtimes/onnx/session.ts';
import { createSessionPool } from '../../../../runtimes/onnx/session-pool.ts';

const inputs = {};

/** Sessions that answer their size, and what was done with them. */
function recordedSessions() {
  const events: string[] = [];
  const open = (size: number): Promise<OnnxSession> => {
    events.push(`open ${size}`);
    const run = (): Promise<Record<string, Float32Array>> => {
      events.push(`run ${size}`);
      return Promise.resolve({ size: Float32Array.of(size) });
    };
    const close = (): Promise<void> => {
      events.push(`close ${size}`);
      return Promise.resolve();
    };
    return Promise.resolve({ run, close });
  };
  return { open, events };
}

describe('a pool of sessions', () => {
  it('opens a size when it is first asked for, and closes the one that was not used for longest', async () => {
    const { open, events } = recordedSessions();
    const pool = createSessionPool(open, 2);
    for (const size of [32, 64, 32, 96, 64]) {
      expect(await pool.run(size, inputs)).toEqual({ size: Float32Array.of(size) });
    }
    expect(events.filter((event) => !event.startsWith('run'))).toEqual([
      'open 32',
      'open 64',
      'close 64',
      'open 96',
      'close 32',
      'open 64',
    ]);
  });

  it('lets runs that are asked for at once take turns, so that none loses its session', async () => {
    const { open, events } = recordedSessions();
    const pool = createSessionPool(open, 1);
    await Promise.all([32, 64, 32].map((size) => pool.run(size, inputs)));
    await pool.close();
    expect(events).toEqual([
      ...['open 32', 'run 32', 'close 32'],
      ...['open 64', 'run 64', 'close 64'],
      ...['open 32', 'run 32', 'close 32'],
    ]);
  });

  it('tells whoever asked that a session did not open, and goes on', async () => {
    const { open } = recordedSessions();
    const pool = createSessionPool(
      (size) => (size === 64 ? Promise.reject(new Error('no memory')) : open(size)),
      2,
    );
    const [bad, good] = await Promise.allSettled([pool.run(64, inputs), pool.run(32, inputs)]);
    expect(bad).toEqual({ status: 'rejected', reason: new Error('no memory') });
    expect(good.status).toBe('fulfilled');
  });
});
