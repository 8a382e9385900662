// A batch on the whole stack, asked for and fetched by the command line, while the worker that answers it is killed.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { poll } from '../support/poll.ts';
import { openRolloutsWorld, type RolloutsWorld } from '../support/rollouts-world.ts';

const model = 'batched';
const records = 20_000;
let world: RolloutsWorld;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-batch-kills-'));
  world = await openRolloutsWorld();
  await world.addModel(model, [{ ham: 0.8 }, { ham: 0.2 }]);
}, 240_000);
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

describe('a batch whose worker is killed in the middle', () => {
  it('has each record answered once, by one version', async () => {
    const data = join(folder, 'records.jsonl');
    const lines = Array.from({ length: records }, (_, id) => JSON.stringify({ id, text: `Meeting ${id}` }));
    await writeFile(data, lines.join('\n'));
    const started = await world.coppice('batch', 'run', model, '--data', data, '--json');
    expect([started.code, started.err]).toEqual([0, '']);
    const { id } = JSON.parse(started.out) as { id: string };

    const before = await poll(
      'some shards are answered, and some are not',
      async () => (await world.client.batches.view(id))?.status?.shardsDone,
      150_000,
    );
    await world.killWorker();
    const out = join(folder, 'answers.jsonl');
    const shown = await world.coppice('batch', 'show', id, '--out', out, '--json');
    expect([shown.code, JSON.parse(shown.out)]).toMatchObject([
      0,
      { state: 'COMPLETED', result: { version: 1, answered: records, setAside: 0 } },
    ]);
    expect(before).toBeLessThan(records / 500);
    const answers = (await readFile(out, 'utf8')).trimEnd().split('\n');
    const ids = answers.map((line) => (JSON.parse(line) as { id: number }).id);
    expect(ids).toEqual(Array.from({ length: records }, (_, position) => position));
  }, 420_000);
});
