// Real processes that are killed while they write and ship: what they have acknowledged is in the store, once.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createObservationLog } from '../../../../artifacts/observations.ts';
import { createMetrics } from '../../../../monitoring/metrics.ts';
import { openOutbox } from '../../../../serving/outbox/outbox.ts';
import { createFolderStore, linesInFolder } from '../../../support/folder-store.ts';

const entry = fileURLToPath(new URL('../../../support/outbox-writer.ts', import.meta.url));

let root: string;
let bucket: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'coppice-outbox-'));
  bucket = await mkdtemp(join(tmpdir(), 'coppice-bucket-'));
});
afterEach(() => Promise.all([root, bucket].map((folder) => rm(folder, { recursive: true, force: true }))));

/** @returns the ids that the process had acknowledged by the time it was gone */
async function writeUntilKilled(replica: string, acknowledgements: number): Promise<string[]> {
  const writer = fork(entry, [root, replica, bucket], { execArgv: ['--import', 'tsx'] });
  const acknowledged: string[] = [];
  const gone = once(writer, 'exit');
  writer.on('message', (id: string) => {
    acknowledged.push(id);
    if (acknowledged.length === acknowledgements) writer.kill('SIGKILL');
  });
  expect(await gone).toEqual([null, 'SIGKILL']);
  await utimes(join(root, `${replica}.lock`), 0, 0); // a while later
  return acknowledged;
}

it('has each acknowledged record in the store exactly once, wherever its writer was killed', async () => {
  const acknowledged: string[] = [];
  for (const [turn, acknowledgements] of [37, 211, 500].entries())
    acknowledged.push(...(await writeUntilKilled(`gateway-${turn}`, acknowledgements)));
  expect(acknowledged.length).toBeGreaterThanOrEqual(748);
  const last = await openOutbox({
    ...{ root, replica: 'gateway-9', limitBytes: 100_000_000 },
    log: createObservationLog(createFolderStore(bucket)),
    withoutForgotten: (records) => Promise.resolve(records),
    metrics: createMetrics({ process: 'gateway' }),
    warn: () => undefined,
  });
  await last.stop();
  const lines = await linesInFolder(bucket);
  const ids = lines.map((line) => (JSON.parse(line) as { id: string }).id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(acknowledged.filter((id) => !ids.includes(id))).toEqual([]);
}, 120_000);
