import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHeads } from '../../../../artifacts/registry/heads.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-heads-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const head = (sequence: number) => ({ sequence, hash: String(sequence % 10).repeat(64) });

it('remembers the highest head of each model, also for the next process, and only that', async () => {
  const heads = createHeads(folder);
  expect(await heads.read('mail')).toBeUndefined();
  await heads.remember('mail', head(9));
  await heads.remember('mail', head(10));
  await heads.remember('help-ko', head(3));
  expect(await createHeads(folder).read('mail')).toEqual(head(10));
  expect(await createHeads(folder).read('help-ko')).toEqual(head(3));
  expect(await readdir(join(folder, 'mail'))).toHaveLength(1);
});

it('does not fall back where a slower process remembers an older head', async () => {
  await createHeads(folder).remember('mail', head(12));
  await createHeads(folder).remember('mail', head(11));
  expect(await createHeads(folder).read('mail')).toEqual(head(12));
});
