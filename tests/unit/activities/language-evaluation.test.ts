import { describe, expect, it } from 'vitest';
import { createLanguageEvaluationActivities } from '../../../activities/language-evaluation.ts';
import type { StageRunner } from '../../../activities/stage-runner.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import type { GateSpec } from '../../../contracts/model-spec/judgement.ts';
import { evaluationSchema } from '../../../contracts/model-spec/judgement.ts';
import type { LanguageEvaluationInput } from '../../../contracts/stage-results.ts';
import { languageFigures } from '../../../pipeline/evaluation/language-figures.ts';

const artifacts = createArtifactStore(createMemoryObjectStore());
const heldOut = languageFigures(Math.log(8), { documents: 20, tokens: 600, bytes: 1_200 });

const runStage: StageRunner = async (work) => {
  const { result } = await work.compute();
  return { ...result, lineage: await artifacts.putJson('lineage'), cached: false, seconds: 0 };
};

async function evaluate(gates: GateSpec[], text = '') {
  const put = (name: string) => artifacts.putJson(name);
  const record = { lineage: await put('lineage'), cached: false, seconds: 0 };
  const input: LanguageEvaluationInput = {
    ...{ model: `speeches${text}`, runId: `lifecycle/speeches/run${text}`, contextLength: 128 },
    evaluation: evaluationSchema.parse({ holdout: 20, gates }),
    cleaning: { steps: [] },
    corpus: await put('corpus'),
    funnel: [{ step: `strip${text}`, in: 9, kept: 8, changed: 1, dropped: 1, reasons: { short: 1 } }],
    tokenization: {
      ...{ ...record, tokenizer: await put('tokenizer'), tokens: await put('tokens') },
      ...{ vocabularySize: 8_000, statistics: { unknownRate: 0.01 } },
    },
    training: {
      weights: await artifacts.putDirectory({
        'config.json': await put('config'),
        'model.safetensors': await put('weights'),
      }),
      curve: await artifacts.putJson([
        { step: 1, trainingLoss: 9 },
        { step: 2, trainingLoss: 2, validationLoss: 2.1 },
      ]),
      ...{ lastPoint: undefined, steps: 2, tokensPerSecond: 10, lineage: [record.lineage], heldOut },
      environment: { processor: `a${text}` },
    },
  };
  const now = () => new Date('2026-11-24T10:00:00Z');
  const activities = createLanguageEvaluationActivities({ artifacts, runStage, now });
  const result = await activities.evaluateLanguageModel(input);
  const page = (await artifacts.readBytes(result.report)).toString('utf8');
  return { result, page };
}

describe('the evaluation of a language model', () => {
  it('tells loss, perplexity and bits per byte, and packs what transformers reads', async () => {
    const { result, page } = await evaluate([]);
    expect(result.metrics.perplexity).toBeCloseTo(8, 9);
    expect(result.metrics.bitsPerByte).toBeCloseTo((3 * 600) / 1_200, 9); // three bits a token
    expect(result.outcome).toBe('accepted');
    const { files } = await artifacts.readDirectory(result.package);
    expect(Object.keys(files).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'preprocessing.json',
      'tokenizer.json',
    ]);
    expect(page).toContain('Perplexity is 8');
    expect(page).toContain('600 tokens');
  });

  it('is held against gates on them, and says by how much one failed', async () => {
    const { result } = await evaluate([
      { kind: 'at-most', metric: 'perplexity', bound: 9 },
      { kind: 'at-most', metric: 'bitsPerByte', bound: 1.2 },
    ]);
    expect(result.outcome).toBe('rejected');
    expect(result.gates).toMatchObject([
      { gate: 'Perplexity at most 9', passed: true },
      { passed: false, reason: 'Bits per byte is 1.500, above the bound of 1.200' },
    ]);
  });

  it('lets no text become markup', async () => {
    const { page } = await evaluate([], '<script>alert(1)</script>');
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;');
  });
});
