import { describe, expect, it } from 'vitest';
import { createPlanningActivities, type PlanningInput } from '../../../activities/planning.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { progressKey, writeProgress } from '../../../artifacts/collection-progress.ts';
import { createLineageLog } from '../../../artifacts/lineage.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import type { VersionDocument } from '../../../contracts/registry.ts';
import type { PlannedPhase, PlanningJob } from '../../../contracts/training-plan.ts';
import { asActivity } from '../../support/activity-context.ts';
import { specOf } from '../../support/model-fixtures.ts';
import { temporaryFolder } from '../sources/support.ts';

const spec = specOf('letters', { evaluation: { holdout: 30 } });

const plannedPhase: PlannedPhase = {
  ...{ phase: 'fine-tuning', parameters: 1_000, steps: 50, tokensPerStep: 2_048 },
  memory: { parameters: 1, optimizer: 1, gradients: 1, activations: 1, graphs: 1, checkpoint: 1, total: 6 },
  ...{ rowsAtOnce: 16, rowsThatFit: 16, seconds: 9, tokensPerSecond: 11_000 },
};

function openWorld(versions: VersionDocument[] = []) {
  const pointers = createMemoryObjectStore();
  const artifacts = createArtifactStore(pointers);
  const lineage = createLineageLog(pointers, artifacts);
  const listed = versions.map((document) => ({
    document,
    state: 'registered' as const,
    retrainingDue: false,
  }));
  const jobs: PlanningJob[] = [];
  const activities = createPlanningActivities({
    ...{ pointers, artifacts, lineage, registry: { listVersions: () => Promise.resolve(listed) } },
    runPlanningJob: (job) => {
      jobs.push(job);
      const speed = { matrixOperationsPerSecond: { float32: 1 }, bytesPerSecond: 1 };
      const machine = { processor: 'made up', processors: 1, availableBytes: 1, processBytes: 1 };
      const search = { ...plannedPhase, steps: 20, rungs: [], goesOn: false };
      return Promise.resolve({ phases: [plannedPhase], search, speed, ...machine });
    },
  });
  const planTraining = (input: PlanningInput) => asActivity(() => activities.planTraining(input));
  return { pointers, artifacts, lineage, listed, jobs, planTraining };
}

describe('planTraining', () => {
  it('plans for the vocabulary that an inherited one is extended to', async () => {
    const { jobs, planTraining } = openWorld();
    const tokenizer = { ...spec.tokenizer, extension: { vocabularySize: 12_345 } };
    await planTraining({ model: 'letters', spec: { ...spec, tokenizer } });
    expect(jobs).toMatchObject([{ vocabularySize: 12_345 }]);
  });

  it('plans for the documents that earlier runs brought from the same sources', async () => {
    const { pointers, jobs, planTraining } = openWorld();
    const key = progressKey('letters', spec.collection.sources);
    await writeProgress(pointers, key, { shards: {}, documentCount: 4_321, cursors: {} });
    const { documents } = await planTraining({ model: 'letters', spec });
    expect(documents).toEqual({ count: 4_321, source: 'collected' });
    expect(jobs).toMatchObject([
      {
        documents: 4_321,
        heldOut: 30,
        vocabularySize: spec.tokenizer.vocabularySize,
        training: spec.training,
      },
    ]);
  });

  it('plans for a thousand where none was brought yet, and says so', async () => {
    const { jobs, planTraining } = openWorld();
    const { documents } = await planTraining({ model: 'letters', spec });
    expect(documents).toEqual({ count: 1_000, source: 'assumed' });
    expect(jobs).toMatchObject([{ documents: 1_000 }]);
  });

  it('counts the files where sources are folders of them, without reading any', async () => {
    const path = await temporaryFolder({ 'a.txt': 'x'.repeat(300), 'b.txt': 'x'.repeat(500), 'c.md': 'x' });
    const source = { kind: 'files' as const, name: 'texts', path, extensions: ['.txt'] };
    const counted = specOf('letters', { collection: { sources: [source] } });
    const { jobs, planTraining } = openWorld();
    const { documents } = await planTraining({ model: 'letters', spec: counted });
    expect(documents).toEqual({ count: 2, source: 'files', sizeBytes: 800 });
    expect(jobs[0].tokensEach).toBeUndefined();

    const decoder = { ...counted.model, architecture: 'gpt2', contextLength: 16 } as const;
    const streamed = await planTraining({ model: 'letters', spec: { ...counted, model: decoder } });
    expect(streamed.documents).toMatchObject({ source: 'files', tokensEach: 101 });
    expect(jobs[1]).toMatchObject({ documents: 2, tokensEach: 101 });

    const elsewhere = { ...spec, model: decoder };
    expect((await planTraining({ model: 'letters', spec: elsewhere })).documents).toEqual({
      ...{ count: 1_000, source: 'assumed', tokensEach: 16 },
    });
  });
});

/** The newest version, trained as `spec` says but for the changes. */
async function withVersion({
  changes = {},
  processor = 'made up',
  vocabularySize = spec.tokenizer.vocabularySize,
  cached = false,
}: {
  changes?: object;
  processor?: string;
  vocabularySize?: number;
  cached?: boolean;
} = {}) {
  const world = openWorld();
  const { artifacts, lineage, listed } = world;
  const options = { ...spec.training.fineTuning, epochs: 1, learningRate: 0.1, ...changes };
  const run = { model: 'letters', runId: 'lifecycle/letters/1', codeVersion: 'code' };
  const at = '2026-05-03T10:00:00.000Z';
  const record = {
    ...{ stage: 'training' as const, step: 'fine-tuning', ...run, startedAt: at, endedAt: at, inputs: {} },
    outputs: { weights: await artifacts.putJson('weights') },
    parameters: { architecture: spec.model, options },
    ...{ metrics: { tokensPerSecond: 5_120 }, cached: false },
  };
  const first = await lineage.record(record);
  const again = { ...record, runId: 'lifecycle/letters/2', metrics: {}, cached: true };
  const document: VersionDocument = {
    ...{ model: 'letters', version: 4, createdAt: at, runId: run.runId },
    ...{ trigger: { kind: 'person', name: 'kim' }, package: first, report: first, metrics: {} },
    spec: await artifacts.putJson({ tokenizer: { vocabularySize } }),
    evidence: await artifacts.putJson({ environment: { processor, processors: '1' } }),
    lineage: [cached ? await lineage.record(again) : first],
  };
  listed.push({ document, state: 'registered', retrainingDue: false });
  return world;
}

describe('the time of a planned training', () => {
  it.each([{}, { cached: true }])(
    'is that of the newest version where it was trained alike, be it long ago: %o',
    async (how) => {
      const { planTraining } = await withVersion(how);
      const { phases, search } = await planTraining({ model: 'letters', spec });
      expect(phases).toMatchObject([{ asFastAs: 4, tokensPerSecond: 5_120, seconds: (50 * 2_048) / 5_120 }]);
      expect(search).toMatchObject({ asFastAs: 4, seconds: (20 * 2_048) / 5_120 });
    },
  );

  it.each([
    { processor: 'another' },
    { vocabularySize: 99 },
    { changes: { precision: 'bfloat16' } },
    { changes: { batchSize: 7 } },
  ])('is as measured just now where its training was another: %o', async (how) => {
    const { planTraining } = await withVersion(how);
    expect((await planTraining({ model: 'letters', spec })).phases).toEqual([plannedPhase]);
  });

  it('is as measured just now where the figures of the version are gone', async () => {
    const { planTraining, listed, artifacts, pointers } = await withVersion();
    const { digest } = listed[0].document.evidence;
    await pointers.remove(`blobs/sha256/${digest.slice('sha256:'.length)}`);
    expect(await artifacts.has(listed[0].document.evidence)).toBe(false);
    expect((await planTraining({ model: 'letters', spec })).phases).toEqual([plannedPhase]);
  });
});
