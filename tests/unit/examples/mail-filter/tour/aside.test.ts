import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { setDataAside } from '../../../../../examples/mail-filter/tour/aside.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'coppice-aside-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

it('moves the data with what was seen of their ledgers, and leaves keys and ports', async () => {
  for (const name of ['data', 'heads', 'keys']) {
    await mkdir(join(home, name));
    await writeFile(join(home, name, 'file'), name);
  }
  const aside = await setDataAside(home);
  expect((await readdir(home)).sort()).toEqual(['earlier', 'keys']);
  expect(await readFile(join(String(aside), 'data', 'file'), 'utf8')).toBe('data');
  expect(await readFile(join(String(aside), 'heads', 'file'), 'utf8')).toBe('heads');
});

it('moves nothing where there is nothing', async () => {
  expect(await setDataAside(home)).toBeUndefined();
  expect(await readdir(home)).toEqual([]);
});
