// The thread and what it is given: a language model's figures on documents equal those of its training's windows, or those of
// windows that overlap.
import { describe, expect, it } from 'vitest';
import { createChampionFiguresActivities } from '../../../activities/champion-figures.ts';
import { createShardWriter } from '../../../activities/shards.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { mediaTypes } from '../../../contracts/artifact.ts';
import { gptConfigOf } from '../../../pipeline/model/gpt-config.ts';
import { writeGpt } from '../../../pipeline/model/gpt-files.ts';
import { gptLayout } from '../../../pipeline/model/gpt-graph.ts';
import { initialParameters } from '../../../pipeline/model/layout.ts';
import { trainBpe } from '../../../pipeline/tokenization/bpe-trainer.ts';
import { countByteLevelWords } from '../../../pipeline/tokenization/byte-level-words.ts';
import { writeByteLevelJson } from '../../../pipeline/tokenization/tokenizer-json.ts';
import { readWindows, splitStream, windowsOf } from '../../../pipeline/training/token-stream.ts';
import { loadOnnxGenerator } from '../../../runtimes/onnx/generator.ts';
import { loadTokenizer } from '../../../runtimes/tokenizers/tokenizer.ts';
import { asActivity } from '../../support/activity-context.ts';

const artifacts = createArtifactStore(createMemoryObjectStore());
const documents = Array.from(
  { length: 12 },
  (_, index) => `나는 ${index + 1}번 문을 열고 나갔다. I went on.`,
);
const holdout = 4;
const contextLength = 16;

async function model() {
  const learned = trainBpe(countByteLevelWords(documents), { vocabularySize: 400, minimumFrequency: 1 });
  const json = writeByteLevelJson(learned);
  const tokenizer = await loadTokenizer(json);
  const shape = { architecture: 'gpt2', layers: 1, hiddenSize: 16, heads: 2, contextLength } as const;
  const { vocabularySize, sepId: endOfTextId } = tokenizer;
  const config = gptConfigOf(shape, { vocabularySize, endOfTextId, dropout: 0 });
  const layout = gptLayout(config);
  const parameters = initialParameters(layout, 1).map((value) => 20 * value); // sure of much, and often wrong
  return { json, tokenizer, files: writeGpt({ config, layout, parameters }) };
}

async function corpusOf(texts: readonly string[]) {
  const shards = createShardWriter(artifacts, mediaTypes.documents);
  for (const [index, text] of texts.entries()) {
    const digest = `sha256:${'0'.repeat(64)}`;
    const origin = { id: `made-up/${index}`, source: 'made-up', uri: `${index}`, digest };
    await shards.add({ ...origin, collectedAt: '2026-11-24T10:00:00Z', text });
  }
  return shards.close();
}

async function measured({ json, files }: Awaited<ReturnType<typeof model>>, stride?: number) {
  const put = (content: string | Uint8Array) =>
    artifacts.putBytes(Buffer.from(content), { mediaType: mediaTypes.tokenizer });
  const activities = createChampionFiguresActivities({ artifacts });
  return asActivity(async () =>
    activities.measureChampion({
      ...{ model: 'speeches', runId: 'lifecycle/speeches/run', holdout, corpus: await corpusOf(documents) },
      package: await artifacts.putDirectory({
        'config.json': await put(files.config),
        'model.safetensors': await put(files.weights),
        'tokenizer.json': await put(json),
      }),
      stride,
    }),
  );
}

describe('the champion’s figures', () => {
  it('are those of the windows that training measures on, over the last documents', async () => {
    const made = await model();
    const { tokenizer, files } = made;
    const found = await measured(made);

    const ids: number[] = [];
    const ends: number[] = [];
    for await (const chunk of tokenizer.encodeWhole(documents))
      for (const of of chunk) ends.push(ids.push(...of, tokenizer.sepId));
    const stream = {
      ...{ vocabularySize: tokenizer.vocabularySize, endOfTextId: tokenizer.sepId },
      ...{ ids: Uint32Array.from(ids), ends: Float64Array.from(ends) },
      bytes: Float64Array.from(documents, (text) => Buffer.byteLength(text)),
    };
    const { heldOut } = splitStream(stream, holdout);
    if (!heldOut) throw new Error('nothing is held out');
    const generator = loadOnnxGenerator(files);
    let loss = 0;
    for (let window = 0; window < windowsOf(heldOut, contextLength); window += 1) {
      const windows = { windows: [window], contextLength, batchSize: 1 };
      const { ids: read, targets, count } = readWindows(stream, heldOut, windows);
      const text = [...read.subarray(0, count), targets[count - 1]];
      for (const value of await generator.logProbabilities(text, { stride: contextLength })) loss -= value;
    }
    await generator.close();
    const tokens = heldOut.to - heldOut.from;
    expect(found).toMatchObject({ documents: holdout, tokens, bytes: heldOut.bytes });
    expect(found.loss).toBeCloseTo(loss / tokens, 5);
    expect(found.bitsPerByte).toBeCloseTo(loss / Math.LN2 / heldOut.bytes, 5);
  });

  it('are those of sliding windows where a stride is given: each token by itself, from as much as the context holds', async () => {
    const made = await model();
    const { tokenizer, files } = made;
    const ids = [tokenizer.sepId];
    for await (const chunk of tokenizer.encodeWhole(documents.slice(-holdout)))
      for (const of of chunk) ids.push(...of, tokenizer.sepId);
    const generator = loadOnnxGenerator(files);
    let loss = 0;
    for (let next = 1; next < ids.length; next += 1) {
      const seen = ids.slice(Math.max(0, next - contextLength), next + 1);
      loss -= (await generator.logProbabilities(seen)).at(-1) ?? 0;
    }
    await generator.close();
    const found = await measured(made, 1);
    expect(found.loss).toBeCloseTo(loss / (ids.length - 1), 4);
    const apart = await measured(made);
    expect(found.tokens).toBe(apart.tokens);
    expect(Math.abs(found.loss - apart.loss)).toBeGreaterThan(0.01);
    expect(await measured(made, 4 * contextLength)).toMatchObject({ loss: apart.loss }); // its context is shorter
  });
});
