import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createEvaluationActivities } from '../../../activities/evaluation.ts';
import { createShardWriter } from '../../../activities/shards.ts';
import type { StageRunner } from '../../../activities/stage-runner.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import type { ArtifactReference } from '../../../contracts/artifact.ts';
import { mediaTypes } from '../../../contracts/artifact.ts';
import type { CleanDocument } from '../../../contracts/document.ts';
import type { EvaluationInput } from '../../../contracts/stage-results.ts';
import { packageFiles, quantizedWeights } from '../../../contracts/version-package.ts';
import type { ClassifierEvaluationInput } from '../../../pipeline/evaluation/classifier-evaluation.ts';
import { bertConfigOf } from '../../../pipeline/model/config.ts';
import { initialParameters, parameterLayout } from '../../../pipeline/model/layout.ts';
import { readModel, writeModel } from '../../../pipeline/model/model-files.ts';
import { writeQuantized } from '../../../pipeline/model/quantized-files.ts';
import { writeTokenizerJson } from '../../../pipeline/tokenization/tokenizer-json.ts';
import { specialTokens } from '../../../pipeline/tokenization/vocabulary.ts';
import { loadTokenizer } from '../../../runtimes/tokenizers/tokenizer.ts';
import { asActivity } from '../../support/activity-context.ts';
import { exampleSearch } from '../../support/example-search.ts';
import { specOf } from '../../support/model-fixtures.ts';
import { exampleInput } from '../pipeline/evaluation/evaluation-example.ts';
import { slicedInput } from '../pipeline/evaluation/sliced-example.ts';

const artifacts = createArtifactStore(createMemoryObjectStore());
const runStage: StageRunner = async (work) => ({
  ...(await work.compute()).result,
  lineage: await artifacts.putJson({}),
  cached: false,
  seconds: 0,
});
const { evaluateVersion } = createEvaluationActivities({
  artifacts,
  runStage,
  loadTokenizer,
  now: () => new Date('2026-05-03T10:00:00Z'),
});

const { holdout, training, classNames } = exampleInput();
const words = [...training.texts, ...holdout.texts].join(' ').split(' ');
const vocabulary = [...specialTokens, ...new Set(words)];
const spec = specOf('mail-filter', { model: { layers: 2, hiddenSize: 16, heads: 2, contextLength: 16 } });
const config = bertConfigOf(spec.model, {
  head: 'classification',
  labels: classNames,
  vocabularySize: vocabulary.length,
  padTokenId: 0,
  dropout: 0,
});
const layout = parameterLayout(config);
const files = writeModel({ config, layout, parameters: initialParameters(layout, 1) });

async function putCorpus({ training, holdout }: ClassifierEvaluationInput): Promise<ArtifactReference> {
  const texts = [...training.texts, ...holdout.texts];
  const sources = [...training.texts.map(() => 'mail'), ...(holdout.sources ?? [])];
  const shards = createShardWriter<CleanDocument>(artifacts, mediaTypes.documents);
  for (const [row, text] of texts.entries()) {
    const digest = `sha256:${'0'.repeat(64)}`;
    const collectedAt = '2026-05-03T10:00:00.000Z';
    const source = sources.at(row) ?? 'mail';
    await shards.add({ id: `mail/${row}`, source, uri: '', digest, collectedAt, text });
  }
  return shards.close();
}

const rowsOf = (probabilities: Float64Array) =>
  Array.from({ length: probabilities.length / 2 }, (_, row) => [
    ...probabilities.slice(2 * row, 2 * row + 2),
  ]);

/** A version in service that gave such probabilities. */
async function putChampion(probabilities: Float64Array): Promise<EvaluationInput['champion']> {
  const decision = { labels: classNames, positiveLabel: 'spam', threshold: 0.5 };
  return {
    version: 1,
    package: await artifacts.putDirectory({ [packageFiles.decision]: await artifacts.putJson(decision) }),
    probabilities: await artifacts.putJson({ labels: classNames, probabilities: rowsOf(probabilities) }),
  };
}

/** @param quantized weights that gave the probabilities, where they are not those of the training */
async function inputOf(
  quantized?: ArtifactReference,
  data: ClassifierEvaluationInput = exampleInput(),
): Promise<EvaluationInput> {
  const { training, holdout } = data;
  const first = training.texts.length;
  const examplesOf = (labels: Int32Array, from: number) =>
    artifacts.putJson(Array.from(labels, (label, index) => ({ row: from + index, label })));
  const rows = rowsOf(holdout.probabilities);
  const weights = await artifacts.putDirectory({
    [packageFiles.config]: await artifacts.putBytes(Buffer.from(files.config), {
      mediaType: mediaTypes.json,
    }),
    [packageFiles.weights]: await artifacts.putBytes(files.weights, { mediaType: mediaTypes.safetensors }),
  });
  const stage = { lineage: await artifacts.putJson({}), cached: false, seconds: 0 };
  const json = Buffer.from(writeTokenizerJson(vocabulary));
  const tokenizer = await artifacts.putBytes(json, { mediaType: mediaTypes.tokenizer });
  return {
    model: 'mail-filter',
    runId: 'lifecycle/mail-filter/1',
    evaluation: spec.evaluation,
    contextLength: spec.model.contextLength,
    cleaning: spec.cleaning,
    corpus: await putCorpus(data),
    dropped: await artifacts.putJson([]),
    funnel: [],
    tokenization: {
      ...stage,
      tokenizer,
      tokens: tokenizer,
      vocabularySize: vocabulary.length,
      statistics: {},
    },
    training: {
      weights,
      labels: classNames,
      training: await examplesOf(training.labels, 0),
      holdout: await examplesOf(holdout.labels, first),
      trainingCount: first,
      holdoutCount: holdout.texts.length,
      curve: await artifacts.putJson([]),
      lastPoint: undefined,
      steps: 1,
      tokensPerSecond: 1,
      environment: {},
      lineage: [],
    },
    probabilities: await artifacts.putJson({ labels: classNames, probabilities: rows, quantized }),
  };
}

const textOf = async (reference: ArtifactReference) => (await artifacts.readBytes(reference)).toString();

const servedSchema = z.object({
  served: z.object({ latencyP50Ms: z.number(), latencyP95Ms: z.number(), tokensPerSecond: z.number() }),
});

describe('the evaluation of a version', () => {
  it('packs what the gateway loads, and draws what the version looked at', async () => {
    const input = await inputOf();
    const result = await asActivity(() => evaluateVersion(input));
    expect(result).not.toHaveProperty('precision');
    const packed = await artifacts.readDirectory(result.package);
    expect(Object.keys(packed.files).sort()).toEqual(Object.values(packageFiles).sort());
    const report = await textOf(result.report);
    expect(report).toMatch(/<h2>What it looked at<\/h2>[^]*>meeting<\/text>/);
    expect(report).toContain('<dt>served in</dt><dd>float32</dd>');
    expect(report).toContain(
      'As it will be served: 10 held-out texts, one at a time, each answered once before.',
    );
    const { served } = servedSchema.parse(JSON.parse(await textOf(result.evidence)));
    expect(served.latencyP50Ms).toBeGreaterThan(0);
    expect(served.latencyP95Ms).toBeGreaterThanOrEqual(served.latencyP50Ms);
    expect(served.tokensPerSecond).toBeGreaterThan(0);
  });

  it('rejects a version that is worse on one slice only, and names it in result, report and evidence', async () => {
    const data = slicedInput({ inbox: 0, forum: 20 });
    const champion = await putChampion(data.champion?.probabilities ?? new Float64Array());
    const input = await inputOf(undefined, data);
    const evaluation = { ...input.evaluation, gates: [...data.gates] };
    const result = await asActivity(() =>
      evaluateVersion({ ...input, evaluation, ...(champion && { champion }) }),
    );
    expect(result.outcome).toBe('rejected');
    expect(result.gates).toMatchObject([
      { passed: false, reason: expect.stringContaining('source “forum” (60 documents)') as string },
    ]);
    expect(JSON.parse(await textOf(result.evidence))).toMatchObject({
      verdict: { gates: [{ slices: ['forum'] }] },
      slices: expect.arrayContaining([
        expect.objectContaining({ by: 'language' }),
        expect.objectContaining({ by: 'source', name: 'forum', surelyWorse: true }),
      ]) as unknown,
    });
    expect(await textOf(result.report)).toMatch(
      /<h2>Slices<\/h2>\s*<p>Surely worse than all documents together: source “forum”/,
    );
  });

  it('compares the trials of a search in report and evidence', async () => {
    const input = await inputOf();
    const table = exampleSearch();
    const search = await artifacts.putJson(table);
    const result = await asActivity(() =>
      evaluateVersion({ ...input, training: { ...input.training, search } }),
    );
    const report = await textOf(result.report);
    expect(report).toMatch(/<h2>How its hyperparameters were found<\/h2>[^]*<strong>kept<\/strong>/);
    expect(report).toContain('Trial 2, which was kept');
    expect(JSON.parse(await textOf(result.evidence))).toMatchObject({ search: table });
  });

  it('packs the very weights in int8 that were scored, beside those that training goes on from', async () => {
    const bytes = writeQuantized(readModel(files));
    const quantized = await artifacts.putBytes(bytes, { mediaType: mediaTypes.safetensors });
    const input = await inputOf(quantized);
    const gates = [
      { kind: 'at-most' as const, metric: 'packageBytes' as const, bound: files.weights.length },
    ];
    const evaluation = { ...input.evaluation, gates };
    const result = await asActivity(() => evaluateVersion({ ...input, evaluation }));
    expect(result.precision).toBe('int8');
    const others = [input.tokenization.tokenizer.sizeBytes, Buffer.byteLength(files.config)];
    expect(result.gates).toMatchObject([{ value: quantized.sizeBytes + others[0] + others[1] }]);
    const packed = await artifacts.readDirectory(result.package);
    expect(packed.files[quantizedWeights].digest).toBe(quantized.digest);
    expect(packed.files).toHaveProperty([packageFiles.weights]);
    const report = await textOf(result.report);
    expect(report).toContain('<dt>served in</dt><dd>int8</dd>');
    expect(report).toContain(quantized.digest);
  });
});
