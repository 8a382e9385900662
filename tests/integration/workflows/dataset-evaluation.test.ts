// An evaluation on somebody's dataset, on the real server over fake activities.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { referenceOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('dataset-evaluation');
});
afterAll(() => world.close());

it('has a version answer, then measures what it answered', async () => {
  const { model, calls } = world.addModel();
  const { datasetEvaluations } = world.client;
  const target = { kind: 'version', model, version: 3 } as const;
  const id = await datasetEvaluations.start({
    dataset: referenceOf('dataset', model),
    target,
    maximumTokens: 8,
  });
  expect(await datasetEvaluations.result(id)).toMatchObject({
    target: `${model}@3`,
    metrics: { accuracy: { value: 0.9 } },
  });
  expect(calls('measureDataset')).toMatchObject([
    {
      runId: id,
      target,
      dataset: referenceOf('dataset', model),
      answers: referenceOf('answers', model),
      labels: ['ham', 'spam'],
    },
  ]);
  await world.record('dataset-evaluation', id);
});
