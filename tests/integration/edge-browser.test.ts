// A version at the edge, as `coppice export --format edge` writes it: visited once, it answers with the network cut, as a server
// with the same whole numbers does.
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quantizeWeights, writeEdgePage } from '../../command-line/edge-page.ts';
import { writeGpt } from '../../pipeline/model/gpt-files.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import { readServedGpt } from '../../pipeline/model/quantized-files.ts';
import { loadOnnxClassifier } from '../../runtimes/onnx/classifier.ts';
import { loadOnnxGenerator } from '../../runtimes/onnx/generator.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
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
let browser: Browser;
const sizes = new Map<string, number>();

async function writeEdge(name: string, { config, weights }: ModelFiles, tokenizer: string): Promise<void> {
  const directory = join(folder, name);
  await mkdir(directory);
  await copyFile(golden(tokenizer), join(directory, 'tokenizer.json'));
  await writeFile(join(directory, 'config.json'), config);
  await writeFile(join(directory, 'model.int8.safetensors'), quantizeWeights(config, weights));
  await writeFile(join(directory, 'preprocessing.json'), JSON.stringify(preprocessing));
  await writeFile(join(directory, 'decision.json'), JSON.stringify(rule));
  const files = [
    'config.json',
    'model.int8.safetensors',
    'tokenizer.json',
    'preprocessing.json',
    'decision.json',
  ];
  const { bytes } = await writeEdgePage(directory, { name: `${name}@1`, files });
  sizes.set(name, bytes);
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

async function serve(name: string): Promise<{ readonly origin: string; readonly server: Server }> {
  const server = createServer(({ url = '/' }, response) => {
    const path = url === '/' ? '/index.html' : url;
    readFile(join(folder, name, path)).then(
      (bytes) => response.setHeader('content-type', mediaTypes[extname(path)] ?? 'text/plain').end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** Visits a page once, then ends its server, and comes again. */
async function comeAgainOffline(name: string): Promise<Page> {
  const { origin, server } = await serve(name);
  const page = await browser.newPage();
  await page.goto(origin);
  await page.locator('html[data-ready]').waitFor({ state: 'attached', timeout: 60_000 });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await page.context().setOffline(true);
  await page.reload();
  await page.locator('form').waitFor({ timeout: 60_000 });
  await page.addScriptTag({
    type: 'module',
    content: "import { openModel } from './coppice.js'; globalThis.openModel = openModel;",
  });
  await page.waitForFunction(() => 'openModel' in globalThis); // a module runs when it is there
  return page;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-edge-'));
  await writeEdge('classifier', await classifierFiles(), 'tokenizer.json');
  await writeEdge('language-model', await languageModelFiles(), 'bpe-tokenizer.json');
  browser = await launchChromium();
}, 60_000);
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

interface Script {
  readonly openModel: (from: string) => Promise<{
    classify(text: string): Promise<{ label: string; probabilities: Record<string, number> }>;
    continueText(
      prompt: string,
      options: { maximumNewTokens: number; temperature: number },
    ): AsyncIterable<string>;
  }>;
}

const texts = ['meet me at noon', '나는 오늘 맛있는 밥을 먹었다', 'words and more words '.repeat(40)];

describe('a classifier at the edge', () => {
  it('answers with the network cut, within rounding of a server with the same whole numbers', async () => {
    const page = await comeAgainOffline('classifier');
    const inPage = await page.evaluate(async (given) => {
      const { openModel } = globalThis as unknown as Script;
      const model = await openModel('.');
      const answers = [];
      for (const text of given) answers.push(await model.classify(text));
      return answers;
    }, texts);
    const read = (file: string) => readFile(join(folder, 'classifier', file));
    const config = (await read('config.json')).toString('utf8');
    const served = loadOnnxClassifier({ config, weights: await read('model.int8.safetensors') });
    const tokenizer = await loadTokenizer((await read('tokenizer.json')).toString('utf8'));
    const { ids, lengths } = await tokenizer.encodeBatch(texts, contextLength);
    const scores = await served.score(Int32Array.from(ids), lengths);
    for (const [index, { label, probabilities }] of inPage.entries()) {
      const [ham, spam] = scores.subarray(2 * index);
      expectClose([probabilities.ham, probabilities.spam], [ham, spam], 2e-2);
      expect(label).toBe(probabilities.spam >= rule.threshold ? 'spam' : 'ham');
    }
    await page.getByLabel('Text').fill('meet me at noon');
    await page.getByRole('button', { name: 'Classify' }).click();
    await expect
      .poll(() => page.locator('#state').textContent(), { timeout: 30_000 })
      .toMatch(/[\d.]+ MB, ready after [\d.]+ s, the first answer after \d+ ms\./);
    process.stdout.write(`at the edge: ${(await page.locator('#state').textContent()) ?? ''}\n`);
    await page.context().close();
  });

  it('is a third of the weights, and the page is told what it fetches', async () => {
    const [whole, float] = [
      (await stat(join(folder, 'classifier', 'model.int8.safetensors'))).size,
      (await classifierFiles()).weights.length,
    ];
    expect(whole).toBeLessThan(float / 2);
    const runtime = await stat(join(folder, 'classifier', 'ort-wasm-simd-threaded.wasm'));
    expect(sizes.get('classifier')).toBeGreaterThan(whole + runtime.size);
  });
});

describe('a language model at the edge', () => {
  it('goes on with the network cut as ONNX Runtime does on a server, text after text', async () => {
    const options = { maximumNewTokens: 12, temperature: 0 };
    const page = await comeAgainOffline('language-model');
    const inPage = await page.evaluate(async (given) => {
      const { openModel } = globalThis as unknown as Script;
      const model = await openModel('.');
      const write = async (prompt: string) => {
        let text = '';
        for await (const piece of model.continueText(prompt, given)) text += piece;
        return text;
      };
      return [await write('나는 오늘'), await write('the'), await write('나는 오늘')];
    }, options);
    const read = (file: string) => readFile(join(folder, 'language-model', file));
    const config = (await read('config.json')).toString('utf8');
    const restored = writeGpt(readServedGpt({ config, weights: await read('model.int8.safetensors') }));
    const tokenizer = await loadTokenizer((await read('tokenizer.json')).toString('utf8'));
    const generator = loadOnnxGenerator(restored);
    const natively = async (prompt: string) => {
      const encoded: (readonly number[])[] = [];
      for await (const chunk of tokenizer.encodeWhole([prompt])) encoded.push(...chunk);
      const [{ ids }] = await generator.search(encoded[0], { beams: 1, maximumNewTokens: 12 });
      return tokenizer.decode(ids);
    };
    const [first, second] = [await natively('나는 오늘'), await natively('the')];
    expect(inPage).toEqual([first, second, first]);
    await page.context().close();
  });
});
