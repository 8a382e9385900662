// The report in headless Chromium, as a person sees it: layers change without a script, and a phone's width suffices.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttentionText } from '../../pipeline/evaluation/attention-maps.ts';
import { launchChromium } from '../support/chromium.ts';
import { makeReportPages } from '../support/report-pages.ts';

const tokens = [
  '[CLS]',
  '무료',
  '##경품을',
  'a-token-that-is-longer-than-its-place',
  ...'a b c d e f g h i j k l m n o p q r s t'.split(' '),
];
const head = {
  levels: tokens.map(() => '0123456789'.repeat(3).slice(0, tokens.length + 1)).join(' '),
  mostSeen: [{ token: '무료', share: 0.4 }],
};
const attention: AttentionText = {
  chosenAs: 'worst-error',
  example: 0,
  label: 0,
  predicted: 1,
  probability: 0.9,
  id: 'mail/1',
  excerpt: '무료 경품',
  tokens,
  hiddenTokens: 3,
  unreadTokens: 0,
  layers: [
    [head, head],
    [head, head],
  ],
};

let browser: Browser;
let pages: Awaited<ReturnType<typeof makeReportPages>>;
beforeAll(async () => {
  pages = await makeReportPages([attention]);
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** Of the page, whose types are not those of this file. */
declare function getComputedStyle(element: unknown): Readonly<Record<string, string>>;

declare const document: { readonly documentElement: { readonly scrollWidth: number } };

/** WCAG 2.2, relative luminance, of `rgb(r, g, b)`. */
function luminance(color: string): number {
  const [red, green, blue] = (color.match(/\d+/g) ?? []).map((channel) => {
    const share = Number(channel) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const contrast = (a: number, b: number): number => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

async function open(
  width: number,
  colorScheme: 'light' | 'dark',
  kind: keyof typeof pages = 'classification',
): Promise<Page> {
  const context = await browser.newContext({
    offline: true,
    colorScheme,
    viewport: { width, height: 800 },
    javaScriptEnabled: false,
  });
  const page = await context.newPage();
  await page.setContent(pages[kind]);
  return page;
}

describe('the attention of a report in a browser', () => {
  it('shows one layer at a time, and another where its button is chosen, by keyboard too', async () => {
    const page = await open(1200, 'light');
    const visible = async (): Promise<(string | null)[]> =>
      page.locator('.head:visible figcaption').allTextContents();
    expect(await visible()).toEqual(['Layer 2, head 1', 'Layer 2, head 2']);
    await page.getByLabel('1', { exact: true }).check();
    expect(await visible()).toEqual(['Layer 1, head 1', 'Layer 1, head 2']);
    await page.keyboard.press('ArrowRight');
    expect(await visible()).toEqual(['Layer 2, head 1', 'Layer 2, head 2']);
    await page.context().close();
  });

  it('fits a phone, with its longest tokens', async () => {
    const page = await open(360, 'light');
    const map = await page.locator('.head:visible svg').first().boundingBox();
    expect(map?.x).toBeGreaterThanOrEqual(0);
    expect((map?.x ?? 0) + (map?.width ?? 0)).toBeLessThanOrEqual(360);
    const [document] = await page.locator('html').all();
    expect((await document.boundingBox())?.width).toBe(360);
    await page.context().close();
  });

  it('has a name and what is seen most in words for those who do not see it', async () => {
    const page = await open(1200, 'dark');
    const name = 'Layer 2, head 1. In the mean its tokens look most at 무료 40 %.';
    expect(await page.getByRole('img', { name }).count()).toBe(1);
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)(
    'can be read in %s: labels and the darkest squares stand out',
    async (scheme) => {
      const page = await open(800, scheme);
      const styleOf = async (selector: string, property: string): Promise<number> =>
        luminance(
          await page
            .locator(selector)
            .first()
            .evaluate((element, name) => getComputedStyle(element)[name], property),
        );
      const paper = await styleOf('body', 'backgroundColor');
      expect(contrast(await styleOf('.head text, .unseen text', 'fill'), paper)).toBeGreaterThan(4.5);
      expect(contrast(await styleOf('.head .w9', 'stroke'), paper)).toBeGreaterThan(4.5);
      await page.context().close();
    },
  );
});

describe.each(['classification', 'language', 'entities', 'dataset'] as const)('a report on %s', (kind) => {
  it.each([
    [360, 'light'],
    [360, 'dark'],
    [1_200, 'light'],
    [1_200, 'dark'],
  ] as const)('fits %i pixels in %s, and its words stand out', async (width, scheme) => {
    const page = await open(width, scheme, kind);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    for (const caption of await page.locator('caption').all()) {
      const box = await caption.boundingBox();
      expect((box?.x ?? width) + (box?.width ?? 0), 'right edge of a caption').toBeLessThanOrEqual(width);
    }
    const colorOf = async (selector: string, property: string): Promise<number> =>
      luminance(
        await page
          .locator(selector)
          .first()
          .evaluate((element, name) => getComputedStyle(element)[name], property),
      );
    const paper = await colorOf('body', 'backgroundColor');
    expect(paper > 0.5).toBe(scheme === 'light');
    for (const selector of ['h1', 'td', 'caption', 'th small, .kicker'])
      expect(contrast(await colorOf(selector, 'color'), paper), selector).toBeGreaterThan(4.5);
    await page.context().close();
  });

  it('has a heading for each column and row of its tables, and a name for each plot', async () => {
    const page = await open(1_200, 'light', kind);
    const tables = await page.locator('table').all();
    expect(tables.length).toBeGreaterThan(0);
    for (const table of tables) {
      expect(await table.locator('caption').count()).toBe(1);
      const columns = await table.locator('thead th[scope="col"]').count();
      expect(await table.locator('tbody tr').first().locator('th, td').count()).toBe(columns);
      expect(await table.locator('tbody tr:not(:has(th[scope="row"]))').count()).toBe(0);
    }
    for (const plot of await page.locator('svg:not([aria-hidden="true"], svg svg)').all()) {
      expect(await plot.getAttribute('role')).toBe('img');
      const name = (await plot.getAttribute('aria-label')) ?? (await plot.getAttribute('aria-labelledby'));
      expect(name).toMatch(/\S/);
    }
    expect(await page.locator('h1').count()).toBe(1);
    await page.context().close();
  });
});
