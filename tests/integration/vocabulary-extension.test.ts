// A vocabulary that is extended, on native TensorFlow: a language model is trained on English, its tokenizer learns Korean
// on top, and training goes on.
import { beforeAll, describe, expect, it } from 'vitest';
import { createShardWriter } from '../../activities/shards.ts';
import type { StageRunner } from '../../activities/stage-runner.ts';
import { createTokenizationActivities } from '../../activities/tokenization.ts';
import { type ArtifactReference, mediaTypes } from '../../contracts/artifact.ts';
import { tokenizerSchema } from '../../contracts/model-spec/learning.ts';
import type { TokenizationResult } from '../../contracts/stage-results.ts';
import { pretrainingJobSchema } from '../../contracts/training-job.ts';
import { readGpt } from '../../pipeline/model/gpt-files.ts';
import { namedTensors } from '../../pipeline/model/layout.ts';
import { loadTensorflow } from '../../runtimes/tensorflow/binding.ts';
import { openNativeSession } from '../../runtimes/tensorflow/training-session.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import { readModelFiles } from '../../worker/trainer/inputs.ts';
import { runJob } from '../../worker/trainer/run-job.ts';
import { asActivity } from '../support/activity-context.ts';
import { createTinyTrainer } from '../unit/worker/trainer/tiny-job.ts';

beforeAll(() => loadTensorflow());
const { artifacts, context } = createTinyTrainer();

const english = (day: number) =>
  `On day ${day} the people of the town are going to the park, and the park is full of the people of the town.`;
const korean = (day: number) =>
  `${day}일에 나는 맛있는 밥을 먹었다. 나는 내일 공원에 가서 맛있는 밥을 먹는다.`;
const texts = (of: (day: number) => string) => Array.from({ length: 24 }, (_, day) => of(day));

async function tokenize(documents: readonly string[], existingTokenizer?: ArtifactReference, size = 0) {
  const shards = createShardWriter(artifacts, mediaTypes.documents);
  for (const [index, text] of documents.entries()) {
    const id = `made-up/${index}`;
    const origin = { id, source: 'made-up', uri: id, digest: `sha256:${'0'.repeat(64)}` };
    await shards.add({ ...origin, collectedAt: '2026-11-24T10:00:00Z', text });
  }
  const runStage: StageRunner = async (work) => ({
    ...(await work.compute()).result,
    ...{ lineage: await artifacts.putJson({}), cached: false, seconds: 0 },
  });
  const { tokenizeCorpus } = createTokenizationActivities({ artifacts, runStage, loadTokenizer });
  const tokenizer = tokenizerSchema.parse({
    ...{ algorithm: 'bpe', vocabularySize: 300 },
    ...(existingTokenizer && { extension: { vocabularySize: size } }),
  });
  const run = { model: 'm', runId: 'lifecycle/m/1', corpus: await shards.close(), contextLength: 32 };
  return asActivity(() =>
    tokenizeCorpus({
      ...{ ...run, tokenizer, layout: 'stream' },
      ...(existingTokenizer && { existingTokenizer }),
    }),
  );
}

async function train(key: string, { tokens }: TokenizationResult, options: object, from?: ArtifactReference) {
  const job = pretrainingJobSchema.parse({
    ...{ kind: 'pretraining', key, seed: 1, tokens, heldOutDocuments: 4 },
    architecture: { architecture: 'gpt2', layers: 1, hiddenSize: 32, heads: 2, contextLength: 32 },
    options: { batchSize: 8, learningRate: 0.01, dropout: 0, ...options },
    ...(from && { initialWeights: from }),
  });
  const outcome = await runJob(job, { ...context(), openSession: openNativeSession });
  if (!('weights' in outcome)) throw new Error('expected a training outcome');
  const model = readGpt(await readModelFiles(artifacts, outcome.weights));
  return { ...outcome, config: model.config, words: namedTensors(model.layout, model.parameters)[0] };
}

describe('a language model whose vocabulary is extended', () => {
  it('begins with its old embeddings, bit for bit, and learns a second language in fewer tokens', async () => {
    const first = await tokenize(texts(english));
    const base = await train('english', first, { epochs: 12 });
    const second = await tokenize(texts(korean), first.tokenizer, 340);
    expect(second).toMatchObject({ vocabularySize: 340, extension: { before: first.vocabularySize } });
    const [{ fertility, before }] = second.languages ?? [];
    expect(fertility).toBeLessThan(0.5 * (before?.fertility ?? 0));

    // A rate at which no number of a weight changes: what is written is what training begins with.
    const still = { maximumSteps: 1, learningRate: 1e-30, weightDecay: 0 };
    const begun = await train('begun', second, still, base.weights);
    expect(begun.words.shape).toEqual([340, 32]);
    const old = begun.words.values.subarray(0, base.words.values.length);
    expect(
      Buffer.compare(Buffer.from(old.slice().buffer), Buffer.from(base.words.values.slice().buffer)),
    ).toBe(0);

    const after = await train('korean', second, { epochs: 12 }, base.weights);
    expect(after.config.vocabularySize).toBe(340);
    expect(after.heldOut?.loss).toBeLessThan(0.5 * (begun.heldOut?.loss ?? 0));
  });
});
