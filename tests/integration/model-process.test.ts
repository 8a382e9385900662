// A version in a process of its own, from the files of its package to probabilities.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createArtifactStore } from '../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../artifacts/memory-object-store.ts';
import type { VersionDocument } from '../../contracts/registry.ts';
import type { BertConfig } from '../../pipeline/model/config.ts';
import { initialParameters, parameterLayout } from '../../pipeline/model/layout.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import { readModel, writeModel } from '../../pipeline/model/model-files.ts';
import { writeQuantized } from '../../pipeline/model/quantized-files.ts';
import { loadOnnxClassifier } from '../../runtimes/onnx/classifier.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import { createVersionLoader } from '../../serving/loaded-version.ts';
import { startModelProcess } from '../../serving/model-process.ts';
import type { ClassificationWords } from '../../serving/tasks/classification-process.ts';
import { expectClose } from '../support/expect-close.ts';

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

const weights = 'model.safetensors';
const tokenizer = new URL('../golden/tokenizer.json', import.meta.url);

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coppice-model-process-'));
  await writeFile(join(directory, 'config.json'), files.config);
  await writeFile(join(directory, 'model.safetensors'), files.weights);
  await writeFile(join(directory, 'tokenizer.json'), await readFile(tokenizer));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const start = (maximumWaiting = 10) =>
  startModelProcess<ClassificationWords>(
    { task: 'text-classification', directory, contextLength, weights },
    { maximumWaiting },
  );

describe('a model process', () => {
  it('answers texts of any length, many at once, with what the classifier gives for their tokens', async () => {
    const texts = ['', 'one', 'meet me at noon', 'words and more words '.repeat(40)];
    const { encodeBatch } = await loadTokenizer(await readFile(tokenizer, 'utf8'));
    const { ids, lengths } = await encodeBatch(texts, contextLength);
    const classifier = loadOnnxClassifier(files);
    const expected = await classifier.score(Int32Array.from(ids), lengths);
    await classifier.close();

    const model = await start();
    expect(model.facts.labels).toEqual(['ham', 'spam']);
    const together = await model.ask(texts);
    const atOnce = await Promise.all(texts.map((text) => model.ask([text])));
    expectClose(together.flat(), [...expected], 1e-6);
    expectClose(atOnce.flat(2), [...expected], 1e-6);
    model.stop();
    await model.ended;
  });

  it('answers in int8 for a version that has such weights, and does not fetch the others', async () => {
    const artifacts = createArtifactStore(createMemoryObjectStore());
    const bytes = writeQuantized(readModel(files));
    const put = (content: string | Uint8Array) =>
      artifacts.putBytes(Buffer.from(content), { mediaType: 'application/octet-stream' });
    const spec = await artifacts.putJson({ serving: { precision: 'int8' } });
    const reference = await artifacts.putDirectory({
      'config.json': await put(files.config),
      'model.safetensors': await put(files.weights),
      'model.int8.safetensors': await put(bytes),
      'tokenizer.json': await put(await readFile(tokenizer)),
      'preprocessing.json': await artifacts.putJson({ steps: [], contextLength }),
      'decision.json': await artifacts.putJson({
        labels: config.labels,
        positiveLabel: 'spam',
        threshold: 0.5,
      }),
    });
    const version: VersionDocument = {
      model: 'mail-filter',
      version: 1,
      runId: 'lifecycle/mail-filter/1',
      trigger: { kind: 'person', name: 'kim' },
      spec,
      report: reference,
      evidence: reference,
      lineage: [],
      metrics: {},
      createdAt: '2026-05-03T10:00:00.000Z',
      package: reference,
    };
    const folder = join(directory, 'gateway');
    const registry = { readVersion: () => Promise.resolve(version) };
    const load = createVersionLoader({ artifacts, registry, directory: folder });
    const loaded = await load('mail-filter', 1);
    if (loaded.task !== 'text-classification') throw new Error(`of the task ${loaded.task}`);
    const answer = await loaded.answer({ mediaType: 'text/plain', data: 'meet me at noon' });
    loaded.stop();
    await loaded.ended;

    const { encodeBatch } = await loadTokenizer(await readFile(tokenizer, 'utf8'));
    const { ids, lengths } = await encodeBatch(['meet me at noon'], contextLength);
    const classifier = loadOnnxClassifier({ config: files.config, weights: bytes });
    const [ham] = await classifier.score(Int32Array.from(ids), lengths);
    await classifier.close();
    expect(answer).toMatchObject({ probabilities: { ham } });
    const fetched = await readdir(join(folder, 'mail-filter', '1'));
    expect(fetched).toContain('model.int8.safetensors');
    expect(fetched).not.toContain('model.safetensors');
  });

  it('says why it does not load: weights that were cut off', async () => {
    await writeFile(join(directory, 'model.safetensors'), files.weights.subarray(0, 1_000));
    await expect(start()).rejects.toThrow('model.safetensors');
    await writeFile(join(directory, 'model.safetensors'), files.weights);
  });

  it('does not load where the tokenizer has ids that the model does not', async () => {
    const small = { ...config, vocabularySize: 2 };
    const { config: text, weights: few } = filesOf(small);
    await writeFile(join(directory, 'config.json'), text);
    await writeFile(join(directory, 'model.safetensors'), few);
    await expect(start()).rejects.toThrow('tokenizer.json has 500 tokens, the model 2');
  });
});
