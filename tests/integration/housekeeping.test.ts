// Housekeeping as a person asks for it: the verbs on a registry that is there, with a run that is open.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CollectionReport, Hold, Sizes } from '../../contracts/housekeeping.ts';
import { workflowTypes } from '../../contracts/messages.ts';
import { runCoppice } from '../support/command-line.ts';
import { model, openControlWorld } from '../support/control-world.ts';
import { poll } from '../support/poll.ts';

let world: Awaited<ReturnType<typeof openControlWorld>>;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

const coppice = (...args: string[]) => runCoppice(args, world.environment);

const answer = async <T>(...args: string[]): Promise<T> =>
  JSON.parse((await coppice(...args, '--json')).out) as T;

describe('housekeeping', () => {
  it('exits 2 with one line for what cannot be', async () => {
    const unknown = `sha256:${'0'.repeat(64)}`;
    const wrong: readonly [args: string[], message: RegExp][] = [
      [['hold', 'mail-filter@1', '--reason', 'x'], /^expected sha256:<64 hex digits>, not mail-filter@1$/],
      [['hold', unknown, '--reason', 'x'], /^there is no artifact sha256:0+$/],
      [['hold', unknown], /^error: required option '--reason <text>' not specified/],
      [['unhold', unknown], /^sha256:0+ is not held$/],
      [['gc', '--older-than', '0'], /^--older-than: expected hours, 1 at least, not 0$/],
      [['gc', '--older-than', 'soon'], /^--older-than: expected hours, 1 at least, not soon$/],
    ];
    const ended = await Promise.all(wrong.map(([args]) => coppice(...args)));
    for (const [index, { code, out, err }] of ended.entries()) {
      const [args, message] = wrong[index];
      expect([args, code, out]).toEqual([args, 2, '']);
      expect(err.trimEnd()).toMatch(message);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  it('holds an artifact until it is released', async () => {
    const { digest } = await world.store.artifacts.putBytes('evidence', { mediaType: 'text/plain' });
    expect((await coppice('hold', digest, '--reason', 'a court asks')).code).toBe(0);
    expect(await answer<Hold[]>('holds')).toMatchObject([{ reference: { digest }, reason: 'a court asks' }]);
    expect((await coppice('holds')).out).toContain(`${digest}  `);
    expect((await coppice('unhold', digest)).out).toBe(`${digest} is held no longer\n`);
    expect((await coppice('holds')).out).toBe('nothing is held\n');
  });

  it('says what garbage there is, knows which runs are open, and takes nothing of today', async () => {
    const garbage = await world.store.artifacts.putBytes('of no use', { mediaType: 'text/plain' });
    const handle = await world.client.temporal.workflow.start(workflowTypes.lifecycle, {
      workflowId: `lifecycle/${model}/open`,
      taskQueue: 'nobody-listens',
      args: [{ model, reference: garbage }],
    });
    await poll('the open run to be listed', async () => (await world.client.openRuns()).length === 1, 30_000);
    const [run] = await world.client.openRuns();
    expect(run).toMatchObject({ runId: `lifecycle/${model}/open`, values: [{ model, reference: garbage }] });
    const dry = await answer<CollectionReport>('gc');
    expect(dry).toMatchObject({ deleted: false, roots: { versions: 2, runs: 1 }, problems: [] });
    await handle.terminate();
    const { out, code } = await coppice('gc', '--delete', '--older-than', '1');
    expect(code).toBe(0);
    expect(out).toMatch(/^kept: \d+ artifacts, .* for 2 versions, \d open runs, 0 holds, 0 cached steps/m);
    expect(out).toContain('nothing to remove');
    expect(await world.store.artifacts.has(garbage)).toBe(true);
  });

  it('lets one collection in at a time', async () => {
    const claim = await world.store.claims.take('garbage-collection', 'another');
    const { code, err } = await coppice('gc', '--delete');
    expect([code, err]).toEqual([2, 'another garbage collection is at work: ask again when it is done\n']);
    if (claim.taken) await claim.release();
  });

  it('says how large things are, to the last byte', async () => {
    const { stages, rest, total } = await answer<Sizes>('sizes');
    const parts = [...stages, ...rest];
    expect(total.sizeBytes).toBeGreaterThan(0);
    expect(parts.reduce((sum, part) => sum + part.sizeBytes, 0)).toBe(total.sizeBytes);
    expect((await coppice('sizes')).out).toMatch(/registry +\d+ +\d/);
  });

  it('refuses by HTTP what a page of another site could send', async () => {
    const reply = await fetch(new URL('/api/garbage-collection', world.url), {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{"delete":true}',
    });
    expect(reply.status).toBe(400);
  });

  it('says what takes room on this machine, and removes it only when told to', async () => {
    const earlier = join(world.environment.COPPICE_HOME, 'earlier', '2026-05-01');
    await mkdir(earlier, { recursive: true });
    await writeFile(join(earlier, 'blob'), Buffer.alloc(2_048));
    const said = await coppice('clean');
    expect(said.out).toMatch(/^2\.0 KiB +data of an earlier stack +/m);
    expect(said.out).toMatch(/to be freed by --delete$/m);
    expect(await answer<{ deleted: boolean; leftovers: object[] }>('clean')).toMatchObject({
      deleted: false,
    });
  });
});
