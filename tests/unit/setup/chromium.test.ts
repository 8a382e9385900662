import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, setUpChromium } from '../../../setup/chromium.mjs';
import { createBoard } from '../../../setup/progress.mjs';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chromium-'));
  await writeFile(join(folder, 'google-chrome'), '');
  await chmod(join(folder, 'google-chrome'), 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

describe('Chromium', () => {
  it('is what a variable names, before what stands on the path', () => {
    const env = { PATH: folder, COPPICE_CHROMIUM_BIN: '/elsewhere/chromium' };
    expect(findChromium(env)).toBe('/elsewhere/chromium');
  });

  it('is found on the path under the names that it goes by', () => {
    expect(findChromium({ PATH: folder })).toBe(join(folder, 'google-chrome'));
  });

  it('is asked of the person where only root could install it', async () => {
    let told = '';
    const board = createBoard({ write: (text) => (told += text) });
    expect(await setUpChromium(board, false)).toMatch(/only root may install it[^]*COPPICE_CHROMIUM_BIN/);
    expect(told).toContain('not to be had');
  });
});
