// A preference study as people meet it: made on the command line, judged in a real browser, read on the command line.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { runCoppice } from '../support/command-line.ts';
import { hostile, openControlWorld } from '../support/control-world.ts';

let world: Awaited<ReturnType<typeof openControlWorld>>;
let browser: Browser;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-studies-'));
  [world, browser] = await Promise.all([openControlWorld(), launchChromium()]);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const coppice = (...args: string[]) => runCoppice(args, world.environment);

async function createStudy(name: string): Promise<string> {
  const data = join(folder, `${name}.jsonl`);
  const items = [
    {
      id: 'plain',
      prompt: '회의 일정을 알려 주세요.',
      answers: { old: '모릅니다.', new: '세 시에 시작합니다.' },
    },
    { id: 'hostile', prompt: hostile, answers: { old: `old ${hostile}`, new: `new ${hostile}` } },
  ];
  await writeFile(data, items.map((item) => JSON.stringify(item)).join('\n'));
  const made = await coppice('study', 'create', name, '--data', data, '--json');
  expect(made.err).toBe('');
  return (JSON.parse(made.out) as { url: string }).url;
}

/** Whose answers stand where, by what they say. */
async function newIsLeft(page: Page): Promise<boolean> {
  return /^(new|세 시)/.test((await page.textContent('#left')) ?? '');
}

describe('a preference study', () => {
  it('is judged by keys and buttons, shows hostile answers as text, and is read with its points', async () => {
    const page = await browser.newPage();
    const troubles: string[] = [];
    page.on('pageerror', ({ message }) => troubles.push(message));
    page.on('dialog', (dialog) => {
      troubles.push('a dialog opened');
      void dialog.dismiss();
    });
    await page.goto(await createStudy('answers'));
    await page.fill('#person', 'kim');
    await page.click('#who button');
    await page.waitForSelector('#comparison:visible');
    expect(await page.textContent('#progress')).toBe('0 of 2 judged');
    await page.focus('[data-preferred="neither"]');
    await page.keyboard.press((await newIsLeft(page)) ? '1' : '2');
    await page.getByText('1 of 2 judged').waitFor();
    expect(`${await page.textContent('#prompt')}`).toMatch(/회의|script/);
    await page.click(`[data-preferred="${(await newIsLeft(page)) ? 'left' : 'right'}"]`);
    await page.waitForSelector('#done:visible');
    expect(troubles).toEqual([]);
    await page.reload();
    await page.waitForSelector('#done:visible'); // the person and what was judged are remembered
    await page.close();

    const shown = JSON.parse((await coppice('study', 'show', 'answers', '--json')).out) as {
      scores: { systems: { system: string; preferred: number; points: number }[] };
    };
    const [newer, older] = shown.scores.systems;
    expect([newer.system, newer.preferred, older.preferred]).toEqual(['new', 2, 0]);
    expect(newer.points).toBeGreaterThan(older.points);
    const pairs = (await coppice('study', 'pairs', 'answers')).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(pairs).toHaveLength(2);
    expect(pairs).toContainEqual({
      ...{
        prompt: '회의 일정을 알려 주세요.',
        chosen: '세 시에 시작합니다.',
        rejected: '모릅니다.',
        by: 'kim',
      },
    });
  });

  it('is told in words what is wrong', async () => {
    const again = join(folder, 'again.jsonl');
    await writeFile(again, '{"prompt": "p", "answers": {"old": "a"}}');
    expect(await coppice('study', 'create', 'again', '--data', again)).toMatchObject({
      ...{ code: 2, err: expect.stringContaining('line 1') as string },
    });
    expect(await coppice('study', 'show', 'nobody')).toMatchObject({
      ...{ code: 2, err: expect.stringContaining('there is no study nobody') as string },
    });
    expect(await coppice('study', 'show', 'No Name')).toMatchObject({ code: 2 });
    await createStudy('twice');
    const data = join(folder, 'twice.jsonl');
    expect(await coppice('study', 'create', 'twice', '--data', data)).toMatchObject({
      err: expect.stringContaining('there is a study twice already') as string,
    });
  });
});
