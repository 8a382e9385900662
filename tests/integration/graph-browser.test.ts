// The plain target where it is for: a page in headless Chromium, with nothing but its own bundle and no network.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGraph } from '../../pipeline/graph/ir.ts';
import { writeOnnx } from '../../pipeline/graph/onnx/write-onnx.ts';
import { softmax } from '../../pipeline/graph/operations.ts';
import { readGpt } from '../../pipeline/model/gpt-files.ts';
import { nextTokenLogits } from '../../pipeline/model/gpt-graph.ts';
import { namedTensors } from '../../pipeline/model/layout.ts';
import { loadOnnxClassifier } from '../../runtimes/onnx/classifier.ts';
import { openOnnxSession } from '../../runtimes/onnx/session.ts';
import type { PageModel, predict } from '../support/browser-model.ts';
import { launchChromium } from '../support/chromium.ts';
import { expectClose } from '../support/expect-close.ts';

const IDS = [2, 17, 44, 9, 31, 3];

function filesOf(folder: string): { config: string; weights: Buffer } {
  const read = (name: string) => readFileSync(new URL(`../golden/${folder}/${name}`, import.meta.url));
  return { config: read('config.json').toString(), weights: read('model.safetensors') };
}

/** @returns the page's script, one file that sets the global `coppice` */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../support/browser-model.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    globalName: 'coppice',
    platform: 'browser',
    minify: true,
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

async function classifyNatively(): Promise<Float32Array> {
  const classifier = loadOnnxClassifier(filesOf('bert/classifier'));
  const probabilities = await classifier.score(Int32Array.from(IDS), [IDS.length]);
  await classifier.close();
  return probabilities;
}

async function continueNatively(): Promise<Float32Array> {
  const { config, layout, parameters } = readGpt(filesOf('gpt2'));
  const values = new Map(namedTensors(layout, parameters).map((tensor) => [tensor.name, tensor.values]));
  const probabilities = softmax(nextTokenLogits(createGraph(), { config, batchSize: 1, length: IDS.length }));
  const session = await openOnnxSession(writeOnnx({ probabilities }, { values }));
  const results = await session.run({ ids: Int32Array.from(IDS) });
  await session.close();
  return Float32Array.from(results.probabilities).slice(-config.vocabularySize);
}

const models = [
  { kind: 'classifier', folder: 'bert/classifier', natively: classifyNatively, outcomes: 3 },
  { kind: 'next-token', folder: 'gpt2', natively: continueNatively, outcomes: 50 },
] as const;

let browser: Browser;
let page: Page;
const requests: string[] = [];
const errors: string[] = [];

beforeAll(async () => {
  browser = await launchChromium();
  const context = await browser.newContext({ offline: true });
  page = await context.newPage();
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.setContent('<!doctype html><title>A model at the edge</title>');
  await page.addScriptTag({ content: await bundle() });
});
afterAll(() => browser.close());

describe.each(['cpu', 'webgl'])('a page without a network, on the backend %s', (backend) => {
  it.each(models)(
    'computes what ONNX Runtime computes: $kind',
    async ({ kind, folder, natively, outcomes }) => {
      const { config, weights } = filesOf(folder);
      const model: PageModel = { kind, config, weights: weights.toString('base64'), ids: IDS };
      const probabilities = await page.evaluate(
        ([given, name]) =>
          (globalThis as unknown as { coppice: { predict: typeof predict } }).coppice.predict(given, name),
        [model, backend] as const,
      );
      expect(probabilities).toHaveLength(outcomes);
      expectClose(probabilities, await natively(), 1e-4);
      expect({ requests, errors }).toEqual({ requests: [], errors: [] });
    },
  );
});
