// A version in a page, as `coppice export --browser` writes it and any web server serves it: the answers are a gateway's.
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBrowserPage } from '../../command-line/browser-page.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import { loadClassification } from '../../serving/tasks/classification-process.ts';
import { type GenerationPiece, loadGeneration } from '../../serving/tasks/generation-process.ts';
import { launchChromium } from '../support/chromium.ts';
import { expectClose } from '../support/expect-close.ts';
import {
  classifierFiles,
  contextLength,
  golden,
  languageModelFiles,
  preprocessing,
  rule,
} from '../support/page-packages.ts';

let folder: string;
let server: Server;
let origin: string;
let browser: Browser;

async function writePackage(name: string, files: ModelFiles, tokenizer: string): Promise<void> {
  const directory = join(folder, name);
  await mkdir(directory);
  await copyFile(golden(tokenizer), join(directory, 'tokenizer.json'));
  await writeFile(join(directory, 'config.json'), files.config);
  await writeFile(join(directory, 'model.safetensors'), files.weights);
  await writeFile(join(directory, 'preprocessing.json'), JSON.stringify(preprocessing));
  await writeFile(join(directory, 'decision.json'), JSON.stringify(rule));
  for (const file of ['coppice.js', 'index.html']) await copyFile(join(folder, file), join(directory, file));
}

const mediaTypes: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-browser-'));
  await writeBrowserPage(folder);
  await writePackage('classifier', await classifierFiles(), 'tokenizer.json');
  await writePackage('language-model', await languageModelFiles(), 'bpe-tokenizer.json');
  server = createServer(({ url = '/' }, response) => {
    readFile(join(folder, url)).then(
      (bytes) => response.setHeader('content-type', mediaTypes[extname(url)] ?? 'text/plain').end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchChromium();
}, 60_000);
afterAll(async () => {
  await browser.close();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(path: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${origin}/${path}`);
  await page.addScriptTag({
    type: 'module',
    content: "import { openModel } from './coppice.js'; globalThis.openModel = openModel;",
  });
  await page.waitForFunction(() => 'openModel' in globalThis); // a module runs when it is there
  return page;
}

/** What the script in a page has, for code that runs there. */
interface PageScript {
  readonly openModel: (
    from: string,
    options: { backend: string },
  ) => Promise<{
    classify(text: string): Promise<{ label: string; probabilities: Record<string, number> }>;
    continueText(
      prompt: string,
      options: { maximumNewTokens: number; temperature: number },
    ): AsyncIterable<string>;
  }>;
}

const texts = [
  'meet me at noon',
  '나는 오늘 맛있는 밥을 먹었다',
  '나는 오늘'.normalize('NFD'),
  'words and more words '.repeat(40),
];

describe('a classifier in a page', () => {
  it('gives the probabilities and labels of the one in a model process', async () => {
    const page = await open('classifier/index.html');
    const inPage = await page.evaluate(async (given) => {
      const { openModel } = globalThis as unknown as PageScript;
      const model = await openModel('.', { backend: 'cpu' });
      const answers = [];
      for (const text of given) answers.push(await model.classify(text));
      return answers;
    }, texts);
    const directory = join(folder, 'classifier');
    const model = await loadClassification(
      { directory, contextLength, weights: 'model.safetensors' },
      () => undefined,
    );
    const context = { signal: new AbortController().signal, tell: () => undefined };
    const natively = await model.answer(
      texts.map((text) => text.normalize('NFC')),
      context,
    );
    for (const [index, [ham, spam]] of natively.entries()) {
      const { label, probabilities } = inPage[index];
      expectClose([probabilities.ham, probabilities.spam], [ham, spam], 1e-5);
      expect(label).toBe(spam >= rule.threshold ? 'spam' : 'ham');
    }
    expect(new Set(natively.map(([ham]) => ham.toFixed(3))).size).toBeGreaterThan(2);
    await page.close();
  });

  it('is tried by typing, on the fastest backend that the page has', async () => {
    const page = await open('classifier/index.html');
    await page.getByLabel('Text').fill('meet me at noon');
    await page.getByRole('button', { name: 'Classify' }).click();
    await page.getByRole('heading', { level: 2 }).waitFor();
    expect(await page.getByRole('heading', { level: 2 }).textContent()).toMatch(/^(ham|spam)$/);
    expect(await page.getByRole('meter').count()).toBe(2);
    await page.close();
  });

  it('says which file did not come, and what kind of model a page does not open', async () => {
    const directory = join(folder, 'tagger');
    await mkdir(directory);
    for (const file of [
      'coppice.js',
      'index.html',
      'language-model/tokenizer.json',
      'language-model/preprocessing.json',
    ])
      await copyFile(join(folder, file), join(directory, basename(file)));
    await writeFile(join(directory, 'model.safetensors'), 'not reached');
    const said = async () => {
      const page = await open('tagger/index.html');
      await page.getByRole('alert').waitFor();
      const text = await page.getByRole('alert').textContent();
      await page.close();
      return text;
    };
    expect(await said()).toBe('config.json: 404 Not Found');
    await writeFile(
      join(directory, 'config.json'),
      JSON.stringify({ architectures: ['BertForTokenClassification'] }),
    );
    expect(await said()).toBe(
      'a page opens classifiers of texts and language models; not BertForTokenClassification',
    );
  });
});

describe('a language model in a page', () => {
  it('goes on as the one in a model process does', async () => {
    const options = { maximumNewTokens: 12, temperature: 0 };
    const page = await open('language-model/index.html');
    const inPage = await page.evaluate(async (given) => {
      const { openModel } = globalThis as unknown as PageScript;
      const model = await openModel('.', { backend: 'cpu' });
      const pieces = [];
      for await (const piece of model.continueText('나는 오늘', given)) pieces.push(piece);
      return pieces;
    }, options);
    const directory = join(folder, 'language-model');
    const model = await loadGeneration(
      { directory, contextLength, weights: 'model.safetensors' },
      () => undefined,
    );
    const pieces: GenerationPiece[] = [];
    await model.answer(
      {
        ...{ prompts: ['나는 오늘'], choices: 1, topP: 1, repetitionPenalty: 1, seed: 1, stop: [], beams: 1 },
        ...options,
      },
      { signal: new AbortController().signal, tell: (piece) => pieces.push(piece) },
    );
    expect(inPage.join('')).toBe(pieces.map(({ text }) => text).join(''));
    expect(inPage.length).toBeGreaterThan(1);
    await page.close();
  });

  it('is tried by typing, and refuses a prompt that is longer than its context', async () => {
    const page = await open('language-model/index.html');
    await page.getByLabel('Text').fill('나는 오늘');
    await page.getByRole('button', { name: 'Continue' }).click();
    const answer = page.locator('output');
    await expect
      .poll(async () => (await answer.textContent())?.length, { timeout: 30_000 })
      .toBeGreaterThan(8);
    await page.locator('button:enabled').waitFor();
    await page.getByLabel('Text').fill('나는 오늘 밥을 '.repeat(40));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toMatch(/context/);
    await page.close();
  });
});
