// Searches of hyperparameters on the real server: who goes on, what is removed, what the training then is.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import { workflowIds, workflowTypes } from '../../../contracts/messages.ts';
import type { ModelDefinition } from '../../../contracts/model-spec/model-spec.ts';
import type { SearchStatus } from '../../../contracts/search.ts';
import { searchAttributes } from '../../../contracts/search-attributes.ts';
import type { TrainingResult } from '../../../contracts/stage-results.ts';
import type { TrainingInput } from '../../../workflows/training.ts';
import type { FakeModel } from '../../support/fake-activities.ts';
import { createGate } from '../../support/gate.ts';
import { referenceOf, specOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

vi.setConfig({ maxConcurrency: 20 });

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('search');
});
afterAll(() => world.close());

const search = {
  space: { 'fineTuning.dropout': [0, 0.1, 0.2], 'fineTuning.learningRate': [1e-3, 1e-2, 1e-1] },
  trials: 9,
  minimumSteps: 4,
};
const earlyStopping = { patience: 3 };

async function train({ model }: FakeModel, training: ModelDefinition['training'] = { search }) {
  const input: TrainingInput = {
    model,
    runId: `lifecycle/${model}/run`,
    spec: specOf(model, { training }),
    tokens: referenceOf('tokens', model),
    labels: referenceOf('labels', model),
    trigger: { kind: 'person', name: 'kim' },
    searchAttributes: Object.values(searchAttributes),
  };
  const id = workflowIds.training(input.runId);
  const handle = await world.start(workflowTypes.training, id, input);
  return { id, search: workflowIds.search(id), handle, ended: handle.result() as Promise<TrainingResult> };
}

const trialsOf = (fake: FakeModel) =>
  fake.calls('trainTrial').map(({ trial, job }) => [trial, job.stopAtStep] as const);
const keysOf = (id: string, trials: readonly number[]) => trials.map((trial) => `${id}/trial-${trial}`);

describe.concurrent('a search', () => {
  it('has the best third go on from where they stood, and trains the best as the model file would', async () => {
    const fake = world.addModel();
    const { ended, search: id } = await train(fake);
    const result = await ended;
    expect(result.search).toEqual(referenceOf('table of trials', fake.model));
    expect(result.hyperparameters).toEqual({ 'fineTuning.dropout': 0.2, 'fineTuning.learningRate': 0.1 });
    const trials = trialsOf(fake);
    expect(trials.slice(0, 9).map(([, steps]) => steps)).toEqual(Array<number>(9).fill(4));
    expect(trials.slice(9).sort(([a], [b]) => a - b)).toEqual([7, 8, 9].map((trial) => [trial, 12])); // a later trial has the lower loss here
    const keys = new Set(fake.calls('trainTrial').map(({ job }) => job.key));
    expect([...keys].sort()).toEqual(keysOf(id, [1, 2, 3, 4, 5, 6, 7, 8, 9]));
    const { job } = fake.calls('trainModel')[0];
    expect(job).toMatchObject({
      options: { dropout: 0.2, learningRate: 0.1 },
      key: expect.stringMatching(/\/training\/fine-tuning$/) as string,
    });
    expect([job.stopAtStep, job.validationShare]).toEqual([undefined, undefined]);
    expect(fake.calls('trainTrial')[0].job.validationShare).toBe(0.1);
    expect(fake.calls('removeTrials').flatMap(({ keys: removed }) => removed)).toEqual(
      keysOf(id, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    );
    expect(result.lineage).toContainEqual(referenceOf('lineage of search', fake.model));
    await world.record('search-halved', id);
    await world.record('training-searched', workflowIds.training(`lifecycle/${fake.model}/run`));
  });

  it('goes on from the best checkpoint where early stopping says what trials are validated on', async () => {
    const fake = world.addModel();
    const { ended, search: id } = await train(fake, { search, fineTuning: { earlyStopping } });
    await ended;
    expect(fake.calls('trainTrial')[0].job.validationShare).toBeUndefined();
    expect(fake.calls('trainModel')[0].job.key).toBe(`${id}/trial-9`);
    expect(fake.calls('removeTrials').flatMap(({ keys }) => keys)).not.toContain(`${id}/trial-9`);
    const [{ table }] = fake.calls('recordSearch');
    expect(table).toMatchObject({ goesOn: true, plannedSteps: 50, phase: 'fineTuning' });
    const steps = table.trials.map(({ results }) => results.map((result) => result.steps));
    expect(steps).toEqual([...Array.from({ length: 6 }, () => [4]), [4, 12], [4, 12], [4, 12]]);
    expect(table.trials.map(({ rung, outcome }) => `${rung} ${outcome}`)).toEqual([
      ...Array.from({ length: 6 }, () => '0 dropped'),
      ...['1 dropped', '1 dropped', '1 best'],
    ]);
  });

  it('keeps what is held out from its trials of pretraining', async () => {
    const fake = world.addModel();
    const space = { 'pretraining.dropout': [0, 0.1] };
    await (await train(fake, { pretraining: {}, search: { ...search, space } })).ended;
    const held = referenceOf('holdout', fake.model);
    expect(fake.calls('trainTrial').map(({ job }) => job)).toMatchObject([
      { kind: 'pretraining', heldOutExamples: held, options: { dropout: 0.1 } },
      { kind: 'pretraining', heldOutExamples: held, options: { dropout: 0.1 } },
    ]);
    const [pretraining, fineTuning] = fake.calls('trainModel').map(({ job }) => job);
    expect(pretraining).toMatchObject({ kind: 'pretraining', options: { dropout: 0.1 } });
    expect(pretraining).not.toHaveProperty('heldOutExamples');
    expect(fineTuning).toMatchObject({ kind: 'fine-tuning' });
  });

  it('is about the answers of a language model too, and tells what it found', async () => {
    const fake = world.addModel((name) => ({
      spec: specOf(name, {
        ...{ task: 'language-modelling', model: { preset: 'nano' }, evaluation: { holdout: 20 } },
        collection: {
          sources: [{ kind: 'files', name: 'pages', path: '/pages' }],
          labels: [{ kind: 'label-files', path: '/titles' }],
        },
        training: {
          pretraining: {},
          supervisedFineTuning: { template: { prompt: '{text}: ' } },
          search: { ...search, space: { 'supervisedFineTuning.learningRate': [1e-4, 1e-3] } },
        },
      }),
    }));
    const { model } = fake;
    const trigger = { kind: 'person', name: 'kim' } as const;
    await world.client.retrain(model, { trigger, run: 'run' });
    await world.workflow.getHandle(workflowIds.lifecycle(model, 'run')).result();
    expect(fake.calls('trainTrial').map(({ job }) => job)).toMatchObject([
      { kind: 'supervised-fine-tuning', tokens: referenceOf('pairs', model), heldOutPairs: 10 },
      { kind: 'supervised-fine-tuning', initialWeights: referenceOf('weights of pretraining', model) },
    ]);
    const [pretraining, answering] = fake.calls('trainModel').map(({ job }) => job);
    expect(pretraining).toMatchObject({ kind: 'pretraining', options: { learningRate: 5e-4 } });
    expect(answering).toMatchObject({ kind: 'supervised-fine-tuning', options: { learningRate: 1e-3 } });
    const hyperparameters = { 'supervisedFineTuning.learningRate': 1e-3 };
    expect(fake.calls('evaluateLanguageModel')[0].training).toMatchObject({
      ...{ search: referenceOf('table of trials', model), hyperparameters },
    });
    const registered = fake.calls('commitRegistryChange').map(({ change }) => change);
    expect(registered).toContainEqual(
      expect.objectContaining({
        kind: 'register',
        version: expect.objectContaining({ hyperparameters }) as object,
      }),
    );
  });

  it('drops a trial that diverges, and fails where all do', async () => {
    const fake = world.addModel();
    fake.replace({
      trainTrial: async (input) => {
        const { loss: _loss, plannedSteps: _steps, ...diverged } = await fake.original.trainTrial(input);
        return input.trial > 3 ? diverged : fake.original.trainTrial(input);
      },
    });
    await (await train(fake)).ended;
    const outcomes = fake.calls('recordSearch')[0].table.trials.map(({ outcome }) => outcome);
    expect(outcomes.slice(3)).toEqual(Array<string>(6).fill('diverged'));
    expect(outcomes).toContain('best');
    const none = world.addModel();
    none.replace({
      trainTrial: async (input) => {
        const { loss: _loss, plannedSteps: _steps, ...diverged } = await none.original.trainTrial(input);
        return diverged;
      },
    });
    await expect((await train(none)).ended).rejects.toMatchObject({
      cause: { cause: { type: 'TrainingDiverged' } },
    });
    expect(none.calls('trainModel')).toEqual([]);
  });

  it('tells of its trials: to a query, in its memo, by search attributes', async () => {
    const fake = world.addModel();
    const gate = createGate();
    fake.replace({
      trainTrial: async (input) => {
        if (input.job.stopAtStep === 12) await gate.opened;
        return fake.original.trainTrial(input);
      },
    });
    const { search: id, ended } = await train(fake);
    const handle = world.workflow.getHandle(id);
    const status = await world.until('the second rung', async () => {
      const told = await world.client.searchStatus(`lifecycle/${fake.model}/run`);
      return told?.trials.some(({ rung }) => rung === 1) && told;
    });
    expect(status.phase).toBe('fineTuning');
    expect(status.trials[0]).toEqual({
      trial: 1,
      hyperparameters: { 'fineTuning.dropout': 0, 'fineTuning.learningRate': 0.001 },
      ...{ rung: 0, results: [{ steps: 4, loss: 1 }], outcome: 'dropped' },
    });
    expect(status.trials[8]).toMatchObject({ rung: 1, outcome: 'running' });
    gate.open();
    await ended;
    const { memo } = await handle.describe();
    expect((memo as unknown as SearchStatus).trials).toHaveLength(9);
    expect(await world.searchAttributes(id)).toMatchObject({
      CoppiceModel: fake.model,
      CoppiceTrigger: 'person',
    });
  });

  it('that fails ends its other trials, and removes what they left', async () => {
    const fake = world.addModel();
    fake.replace({
      trainTrial: (input) =>
        input.trial === 2
          ? Promise.reject(new CoppiceFailure('OutOfMemory', 'needs 9 GB of 4'))
          : fake.original.trainTrial(input),
    });
    const { ended, search: id } = await train(fake);
    await expect(ended).rejects.toMatchObject({ cause: { cause: { cause: { type: 'OutOfMemory' } } } });
    expect(fake.calls('removeTrials').at(-1)?.keys).toEqual(keysOf(id, [1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });

  it('ends with its run where that is cancelled, and leaves no checkpoint', async () => {
    const fake = world.addModel();
    const gate = createGate();
    fake.replace({ trainTrial: () => gate.opened.then(() => Promise.reject(new Error('was let go'))) });
    const { ended, handle, search: id } = await train(fake);
    await world.until('a trial', () => fake.calls('trainTrial').length > 0);
    await handle.cancel();
    gate.open();
    await expect(ended).rejects.toThrow();
    expect((await world.workflow.getHandle(id).describe()).status.name).not.toBe('RUNNING');
    await world.until('the removal', () => fake.calls('removeTrials').length > 0);
    expect(fake.calls('removeTrials').at(-1)?.keys).toHaveLength(9);
    expect(fake.calls('trainModel')).toEqual([]);
  });
});
