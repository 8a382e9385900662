// A version in a process of its own, from the files of its package to probabilities.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BertConfig } from '../../pipeline/model/config.ts';
import { initialParameters, parameterLayout } from '../../pipeline/model/layout.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import { writeModel } from '../../pipeline/model/model-files.ts';
import { loadOnnxClassifier } from '../../runtimes/onnx/classifier.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import { startModelProcess } from '../../serving/model-process.ts';

const contextLength = 48;
const config: BertConfig = {
  head: 'classification',
  vocabularySize: 500,
  hiddenSize: 16,
  layers: 2,
  heads: 2,
  intermediateSize: 32,
  contextLength,
  tokenTypes: 2,
  layerNormEpsilon: 1e-12,
  padTokenId: 0,
  labels: ['ham', 'spam'],
  dropout: 0.1,
};
const files = filesOf(config);

function filesOf(shape: BertConfig): ModelFiles {
  const layout = parameterLayout(shape);
  return writeModel({ config: shape, layout, parameters: initialParameters(layout, 1) });
}

const tokenizer = new URL('../golden/tokenizer.json', import.meta.url);

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coppice-model-process-'));
  await writeFile(join(directory, 'config.json'), files.config);
  await writeFile(join(directory, 'model.safetensors'), files.weights);
  await writeFile(join(directory, 'tokenizer.json'), await readFile(tokenizer));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('a model process', () => {
  it('answers texts of any length, many at once, with what the classifier gives for their tokens', async () => {
    const texts = ['', 'one', 'meet me at noon', 'words and more words '.repeat(40)];
    const { encodeBatch } = await loadTokenizer(await readFile(tokenizer, 'utf8'));
    const { ids, lengths } = await encodeBatch(texts, contextLength);
    const classifier = loadOnnxClassifier(files);
    const expected = await classifier.score(Int32Array.from(ids), lengths);
    await classifier.close();

    const model = await startModelProcess({ directory, contextLength });
    expect(model.labels).toEqual(['ham', 'spam']);
    const together = await model.score(texts);
    const atOnce = await Promise.all(texts.map((text) => model.score([text])));
    expect(together.flat()).toEqual([...expected]);
    expect(atOnce.flat()).toEqual(together);
    model.stop();
    await model.ended;
  });

  it('says why it does not load: weights that were cut off', async () => {
    await writeFile(join(directory, 'model.safetensors'), files.weights.subarray(0, 1_000));
    await expect(startModelProcess({ directory, contextLength })).rejects.toThrow('model.safetensors');
    await writeFile(join(directory, 'model.safetensors'), files.weights);
  });

  it('does not load where the tokenizer has ids that the model does not', async () => {
    const small = { ...config, vocabularySize: 2 };
    const { config: text, weights } = filesOf(small);
    await writeFile(join(directory, 'config.json'), text);
    await writeFile(join(directory, 'model.safetensors'), weights);
    await expect(startModelProcess({ directory, contextLength })).rejects.toThrow('out of data bounds');
  });
});
