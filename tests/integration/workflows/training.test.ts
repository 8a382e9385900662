// The phases of a training, and what divergence does to them, on the real server.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import { workflowTypes } from '../../../contracts/messages.ts';
import { searchAttributes } from '../../../contracts/search-attributes.ts';
import type { TrainingResult } from '../../../contracts/stage-results.ts';
import type { TrainingInput } from '../../../workflows/training.ts';
import type { FakeModel } from '../../support/fake-activities.ts';
import { referenceOf, specOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

vi.setConfig({ maxConcurrency: 20 });

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('training');
});
afterAll(() => world.close());

const pretraining = { epochs: 1 };

async function train({ model }: FakeModel, overrides: Partial<TrainingInput> = {}) {
  const input: TrainingInput = {
    model,
    runId: `lifecycle/${model}/run`,
    spec: specOf(model),
    tokens: referenceOf('tokens', model),
    labels: referenceOf('labels', model),
    ...overrides,
  };
  const id = `${input.runId}/training`;
  const handle = await world.start(workflowTypes.training, id, input);
  return { id, ended: handle.result() as Promise<TrainingResult> };
}

/** A trainer whose first so many attempts diverge. */
function diverging(fake: FakeModel, times: number) {
  let left = times;
  fake.replace({
    trainModel: (input) => {
      left -= 1;
      return left >= 0
        ? Promise.reject(new CoppiceFailure('TrainingDiverged', 'the loss is not a number at step 7'))
        : fake.original.trainModel(input);
    },
  });
}
const rates = (fake: FakeModel) => fake.calls('trainModel').map(({ job }) => job.learningRateScale);

describe.concurrent('training', () => {
  it('fine-tunes from random weights where the spec asks for no more', async () => {
    const fake = world.addModel();
    const { ended } = await train(fake);
    expect(await ended).toMatchObject({
      weights: referenceOf('weights of fine-tuning', fake.model),
      steps: 50,
    });
    expect(fake.calls('trainModel')).toHaveLength(1);
    const { job } = fake.calls('trainModel')[0];
    expect(job).toMatchObject({ kind: 'fine-tuning', learningRateScale: 1 });
    expect(job).not.toHaveProperty('initialWeights');
  });

  it('is found by its model, its stage and why it was started', async () => {
    const fake = world.addModel();
    const trigger = { kind: 'person' as const, name: 'kim' };
    const run = await train(fake, { trigger, searchAttributes: Object.values(searchAttributes) });
    await run.ended;
    expect(await world.searchAttributes(run.id)).toMatchObject({
      CoppiceModel: fake.model,
      CoppiceStage: 'training',
      CoppiceTrigger: 'person',
    });
    await world.record('training-told', run.id);
  });

  it('says that it came from the step cache where all of it did', async () => {
    const fake = world.addModel();
    const { model, original } = fake;
    fake.replace({
      selectExamples: async (it) => ({ ...(await original.selectExamples(it)), cached: true }),
    });
    expect((await (await train(fake)).ended).cached).toBe(false);
    fake.replace({ trainModel: async (it) => ({ ...(await original.trainModel(it)), cached: true }) });
    expect((await (await train(fake, { runId: `lifecycle/${model}/again` })).ended).cached).toBe(true);
  });

  it('pretrains first, then goes on from those weights', async () => {
    const fake = world.addModel();
    const { model } = fake;
    const run = await train(fake, { spec: specOf(model, { training: { pretraining } }) });
    const result = await run.ended;
    const jobs = fake.calls('trainModel').map(({ job }) => job);
    expect(jobs.map(({ kind }) => kind)).toEqual(['pretraining', 'fine-tuning']);
    expect(jobs[1].initialWeights).toEqual(referenceOf('weights of pretraining', model));
    expect(result.lineage).toHaveLength(3);
    await world.record('training-pretrained', run.id);
  });

  it('does not pretrain where it goes on from a version, and takes fewer epochs', async () => {
    const fake = world.addModel();
    const { model } = fake;
    const base = { weights: referenceOf('package', model), labels: ['spam', 'ham'] };
    const training = { pretraining, fineTuning: { epochs: 4, incrementalEpochs: 2 } };
    await (await train(fake, { spec: specOf(model, { training }), base })).ended;
    const jobs = fake.calls('trainModel').map(({ job }) => job);
    expect(jobs).toMatchObject([
      { kind: 'fine-tuning', initialWeights: base.weights, options: { epochs: 2 }, labels: base.labels },
    ]);
  });

  it('has a phase that diverges go on from its checkpoint at half the rate: the key stays', async () => {
    const fake = world.addModel();
    diverging(fake, 2);
    const run = await train(fake);
    expect(await run.ended).toMatchObject({ steps: 50 });
    expect(rates(fake)).toEqual([1, 0.5, 0.25]);
    const keys = fake.calls('trainModel').map(({ job }) => job.key);
    expect(keys).toEqual(Array.from({ length: 3 }, () => `${run.id}/fine-tuning`));
    await world.record('training-diverged', run.id);
  });

  it('gives up at the third divergence, with its type', async () => {
    const fake = world.addModel();
    diverging(fake, 3);
    const { ended } = await train(fake);
    await expect(ended).rejects.toMatchObject({ cause: { cause: { type: 'TrainingDiverged' } } });
    expect(rates(fake)).toEqual([1, 0.5, 0.25]);
  });

  it('counts the divergences of each phase by itself', async () => {
    const fake = world.addModel();
    diverging(fake, 1);
    await (await train(fake, { spec: specOf(fake.model, { training: { pretraining } }) })).ended;
    const phases = fake.calls('trainModel').map(({ job }) => [job.kind, job.learningRateScale]);
    expect(phases).toEqual([
      ['pretraining', 1],
      ['pretraining', 0.5],
      ['fine-tuning', 1],
    ]);
  });

  it('does not restart for another failure', async () => {
    const fake = world.addModel();
    fake.replace({ trainModel: () => Promise.reject(new CoppiceFailure('OutOfMemory', 'needs 9 GB of 4')) });
    const { ended } = await train(fake);
    await expect(ended).rejects.toMatchObject({ cause: { cause: { type: 'OutOfMemory' } } });
    expect(rates(fake)).toEqual([1]);
  });
});
