import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { createCachedDecoder } from '../../../../pipeline/generation/cached-decoder.ts';
import type { GeneratedToken, GenerationOptions } from '../../../../pipeline/generation/generate.ts';
import { readGpt } from '../../../../pipeline/model/gpt-files.ts';
import { onnxGraphsOf } from '../../../../runtimes/onnx/decoder.ts';
import { loadOnnxGenerator } from '../../../../runtimes/onnx/generator.ts';
import { createDecoderThreads } from '../../../../runtimes/onnx/shared-decoder.ts';

const folder = new URL('../../../golden/gpt2/', import.meta.url);
const files = {
  config: readFileSync(new URL('config.json', folder), 'utf8').replaceAll('50256', 'null'),
  weights: readFileSync(new URL('model.safetensors', folder)),
};
const model = readGpt(files);
const alone = loadOnnxGenerator(files);
const together = loadOnnxGenerator(files, { threads: 3 });
afterAll(() => Promise.all([alone.close(), together.close()]));

const promptsOf = (count: number): number[][] =>
  Array.from({ length: count }, (_, row) => Array.from({ length: 1 + (row % 5) }, (_, at) => 3 * row + at));

async function tokensOf(
  generator: typeof alone,
  count: number,
  options: GenerationOptions,
): Promise<(readonly GeneratedToken[])[]> {
  const steps = [];
  for await (const step of generator.generate(promptsOf(count), options)) steps.push(step);
  return steps;
}

it('texts are the same however many threads share them out, one question after the other', async () => {
  const drawn = {
    temperature: 1,
    seed: 7,
    maximumNewTokens: 6,
    endsAt: (_: number, id: number) => id % 5 === 0,
  };
  for (const count of [13, 13, 8, 3]) {
    expect(await tokensOf(together, count, drawn)).toEqual(await tokensOf(alone, count, drawn));
  }
});

it('a question that ends early leaves nothing behind for the next', async () => {
  const greedy = { temperature: 0, maximumNewTokens: 5 };
  const expected = await tokensOf(alone, 12, greedy);
  for await (const step of together.generate(promptsOf(12), greedy)) {
    expect(step).toEqual(expected[0]);
    break;
  }
  expect(await tokensOf(together, 12, greedy)).toEqual(expected);
});

it('what goes wrong in another thread is told', async () => {
  const slots = { slots: 4 };
  const threads = createDecoderThreads(2, { files, slots });
  const decoder = threads.share(8, (rows) =>
    createCachedDecoder(model.config, { rows, ...slots }, onnxGraphsOf(model, 1)),
  );
  const tokens = [1, 1, 1, 1, 1, 1, 6, 1].map((length) => Array.from({ length }, () => 1));
  await expect(decoder.feed(tokens)).rejects.toThrow('row 2: 6 tokens do not fit 4 slots');
  await decoder.close();
  await threads.close();
});
