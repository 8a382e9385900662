// A tokenizer.json of ours in a browser: Hugging Face's tokenizers for JavaScript, in a page of headless Chromium without a
// network, encodes to the ids that their native library encodes to in Node.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainBpe } from '../../pipeline/tokenization/bpe-trainer.ts';
import { countByteLevelWords } from '../../pipeline/tokenization/byte-level-words.ts';
import { countWords } from '../../pipeline/tokenization/count-words.ts';
import { writeByteLevelJson, writeTokenizerJson } from '../../pipeline/tokenization/tokenizer-json.ts';
import { trainWordPiece } from '../../pipeline/tokenization/wordpiece-trainer.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import { launchChromium } from '../support/chromium.ts';

const corpus = [
  'The people of the United States are going to the park. The newest of the newer is the lowest.',
  '나는 오늘 맛있는 밥을 먹었다. 우리는 내일 공원에 가서 맛있는 밥을 먹는다.',
];
const texts = [
  ...corpus,
  'unhappiness, at the Park: 3.14 %\n\n  – “quoted” café naïve',
  '한국어 문장과 English words, 그리고 없는 글자: 뷁 🙂 漢字',
  '나는 밥을 먹었다'.normalize('NFD'),
  'a row ends with [SEP], a text with <|endoftext|>, [CLS][PAD][MASK][UNK]',
  '',
];

const options = { vocabularySize: 400, minimumFrequency: 1 };
const learnBpe = () =>
  writeByteLevelJson(trainBpe(countByteLevelWords(corpus, { lowercase: false }), options), {
    lowercase: false,
  });
const learnWordPiece = (lowercase: boolean) =>
  writeTokenizerJson(trainWordPiece(countWords(corpus, { lowercase }), options).vocabulary, { lowercase });

interface PageTokenizers {
  readonly readTokenizer: (json: string) => { encode(text: string): { ids: number[] } };
}

let browser: Browser;
let page: Page;
beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../support/browser-tokenizer.ts', import.meta.url))],
    ...{ bundle: true, format: 'iife', globalName: 'tokenizers', platform: 'browser', write: false },
  });
  browser = await launchChromium();
  page = await (await browser.newContext({ offline: true })).newPage();
  await page.setContent('<!doctype html><title>A tokenizer at the edge</title>');
  await page.addScriptTag({ content: outputFiles[0].text });
});
afterAll(() => browser.close());

describe('a tokenizer.json in a browser', () => {
  it.each([
    ['BPE over bytes', learnBpe],
    ['WordPiece', () => learnWordPiece(false)],
    ['WordPiece in lower case', () => learnWordPiece(true)],
  ])('encodes English and Korean to the same ids as in Node: %s', async (_, learn) => {
    const json = learn();
    const tokenizer = await loadTokenizer(json);
    const natively = await Promise.all(
      texts.map(async (text) => {
        const { ids, length } = await tokenizer.encode(text, 256);
        return [...ids.subarray(0, length)];
      }),
    );
    const inPage = await page.evaluate(
      ([file, given]) => {
        const { readTokenizer } = (globalThis as unknown as { tokenizers: PageTokenizers }).tokenizers;
        const loaded = readTokenizer(file);
        return given.map((text) => loaded.encode(text).ids);
      },
      [json, texts] as const,
    );
    expect(inPage).toEqual(natively);
    expect(Math.max(...natively.map(({ length }) => length))).toBeGreaterThan(20);
  });
});
