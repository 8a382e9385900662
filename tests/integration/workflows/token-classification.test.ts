// A classifier of tokens from its sources to the registry, on the real server over fake stages: spans are collected, cleaning
// keeps offsets, and no version is rolled out.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import { type LifecycleResult, workflowIds, workflowTypes } from '../../../contracts/messages.ts';
import { referenceOf, specOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('token-classification');
});
afterAll(() => world.close());

const kim = { kind: 'person', name: 'kim' } as const;
const collection = {
  sources: [{ kind: 'files' as const, name: 'notes', path: '/notes' }],
  labels: [{ kind: 'label-files' as const, path: '/spans' }],
};
const training = { pretraining: { epochs: 1 }, fineTuning: { epochs: 4, incrementalEpochs: 2 } };
const spanSpec = (name: string) => specOf(name, { task: 'token-classification', collection, training });

const addModel = () => world.addModel((model) => ({ spec: spanSpec(model) }));
const notServed =
  'gateways do not serve token-classification: `coppice export` writes the version as a folder that transformers loads';

describe('a classifier of tokens', () => {
  it('collects spans, keeps where its texts came from, and trains and judges on words', async () => {
    const fake = addModel();
    const { model } = fake;
    await world.client.retrain(model, { trigger: kim, run: 'run' });
    const id = workflowIds.lifecycle(model, 'run');
    const ended = (await world.workflow.getHandle(id).result()) as LifecycleResult;
    expect(ended).toEqual({
      outcome: 'registered',
      version: 10,
      reasons: ['all gates passed', notServed],
      metrics: { entityF1: 0.9 },
      gates: [],
    });
    expect(fake.order().filter((name) => name !== 'readModelState')).toEqual([
      'collectDocuments',
      'cleanDocuments',
      'checkData',
      'tokenizeCorpus',
      'selectTokenExamples',
      'trainModel',
      'trainModel',
      'scoreExamples',
      'evaluateTokenClassifier',
      'commitRegistryChange',
    ]);
    expect(fake.calls('collectDocuments')[0]).toMatchObject({ labelled: 'spans' });
    expect(fake.calls('cleanDocuments')[0]).toMatchObject({ aligned: true });
    expect(fake.calls('selectTokenExamples')[0]).toMatchObject({
      ...{ corpus: referenceOf('corpus', model), tokenizer: referenceOf('tokenizer', model) },
      ...{ labels: referenceOf('labels', model), holdout: 500 },
    });
    const [pretraining, tuning] = fake.calls('trainModel').map(({ job }) => job);
    expect(pretraining).toMatchObject({ kind: 'pretraining' });
    expect(tuning).toMatchObject({
      ...{ kind: 'fine-tuning', level: 'token', labels: ['O', 'B-person', 'I-person'] },
      initialWeights: referenceOf('weights of pretraining', model),
      examples: { training: referenceOf('tagged training', model) },
    });
    expect(fake.calls('evaluateTokenClassifier')[0]).toMatchObject({
      labels: referenceOf('labels', model),
      probabilities: referenceOf('probabilities of weights of fine-tuning', model),
    });
    await world.record('lifecycle-tokens', id);
    await world.record('training-tokens', workflowIds.training(id));
  });

  it('is not rolled out, and whoever asks is told why, once', async () => {
    const fake = addModel();
    const { model } = fake;
    await world.client.retrain(model, { trigger: kim, run: 'run' });
    const { waiting, history } = await world.controllerState(model, 'has decided', (state) =>
      state.history.some(({ what }) => what === 'version 10'),
    );
    expect(waiting).toEqual([]);
    expect(history.filter(({ what }) => what === 'version 10')).toMatchObject([
      { decision: 'ignored', reason: notServed },
    ]);
    const asked = { version: 10, entry: 'shadow' as const, by: 'kim', reason: 'I want it' };
    expect(await world.client.startRollout(model, asked)).toEqual({ decision: 'ignored', reason: notServed });
    expect(fake.changes()).toEqual(['register']);
    expect(await world.client.retrain(model, { trigger: kim, run: 'again' })).toMatchObject({
      decision: 'started',
    });
    await world.record('controller-tokens', workflowIds.controller(model));
  });

  it('goes on from the version that the run names: its tokenizer, its tags, fewer epochs, no pretraining', async () => {
    const fake = addModel();
    const { model } = fake;
    await world.client.retrain(model, { trigger: kim, run: 'run', from: 4 });
    await world.workflow.getHandle(workflowIds.lifecycle(model, 'run')).result();
    expect(fake.calls('tokenizeCorpus')[0]).toMatchObject({
      existingTokenizer: referenceOf('tokenizer of version 4', model),
    });
    expect(fake.calls('selectTokenExamples')[0]).toMatchObject({
      base: referenceOf('package of version 4', model),
    });
    expect(fake.calls('trainModel').map(({ job }) => job)).toMatchObject([
      {
        kind: 'fine-tuning',
        initialWeights: referenceOf('package of version 4', model),
        options: { epochs: 2 },
      },
    ]);
  });

  it('searches hyperparameters of its phase as of any other', async () => {
    const fake = addModel();
    const { model } = fake;
    const search = { space: { 'fineTuning.learningRate': [1e-3, 3e-3] }, trials: 2, minimumSteps: 4 };
    const input = {
      ...{ model, runId: `lifecycle/${model}/run`, tokens: referenceOf('tokens', model) },
      spec: specOf(model, { task: 'token-classification', collection, training: { ...training, search } }),
      labels: referenceOf('labels', model),
      words: { corpus: referenceOf('corpus', model), tokenizer: referenceOf('tokenizer', model) },
    };
    const handle = await world.start(workflowTypes.training, `${input.runId}/training`, input);
    expect(await handle.result()).toMatchObject({ search: referenceOf('table of trials', model) });
    expect(fake.calls('trainTrial').map(({ job }) => job)).toMatchObject(
      fake.calls('trainTrial').map(() => ({ kind: 'fine-tuning', level: 'token' })),
    );
    expect(fake.calls('trainTrial').length).toBeGreaterThan(1);
  });

  it('goes on from its checkpoint at half the rate where it diverges', async () => {
    const fake = addModel();
    const { model } = fake;
    let left = 1;
    fake.replace({
      trainModel: (input) => {
        left -= input.job.kind === 'fine-tuning' ? 1 : 0;
        if (left === 0 && input.job.kind === 'fine-tuning')
          return Promise.reject(new CoppiceFailure('TrainingDiverged', 'the loss is no number'));
        return fake.original.trainModel(input);
      },
    });
    await world.client.retrain(model, { trigger: kim, run: 'run' });
    await world.workflow.getHandle(workflowIds.lifecycle(model, 'run')).result();
    const rates = fake
      .calls('trainModel')
      .flatMap(({ job }) => ('level' in job ? [job.learningRateScale] : []));
    expect(rates).toEqual([1, 0.5]);
  });
});
