import { describe, expect, it } from 'vitest';
import { createPlanningActivities } from '../../../activities/planning.ts';
import { progressKey, writeProgress } from '../../../artifacts/collection-progress.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import type { PlanningJob } from '../../../contracts/training-plan.ts';
import { specOf } from '../../support/model-fixtures.ts';

const spec = specOf('letters', { evaluation: { holdout: 30 } });

function openWorld() {
  const pointers = createMemoryObjectStore();
  const jobs: PlanningJob[] = [];
  const { planTraining } = createPlanningActivities({
    pointers,
    runPlanningJob: (job) => {
      jobs.push(job);
      const speed = { matrixOperationsPerSecond: 1, bytesPerSecond: 1 };
      const machine = { processor: 'made up', processors: 1, availableBytes: 1, processBytes: 1 };
      return Promise.resolve({ phases: [], speed, ...machine });
    },
  });
  return { pointers, jobs, planTraining };
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
});
