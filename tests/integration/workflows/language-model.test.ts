// A language model from its sources to the registry, on the real server over fake stages: no labels, one phase, no rollout.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import { type LifecycleResult, workflowIds, workflowTypes } from '../../../contracts/messages.ts';
import { searchAttributes } from '../../../contracts/search-attributes.ts';
import { referenceOf, specOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('language-model');
});
afterAll(() => world.close());

const languageSpec = (model: string) =>
  specOf(model, {
    task: 'language-modelling',
    model: { preset: 'nano' },
    training: { pretraining: { epochs: 1 } },
    evaluation: { holdout: 20 },
  });

const addModel = () => world.addModel((model) => ({ spec: languageSpec(model) }));

describe('a language model', () => {
  it('is only pretrained, over a stream of tokens of which the last documents are held out', async () => {
    const fake = addModel();
    const { model } = fake;
    await world.client.retrain(model, { trigger: { kind: 'person', name: 'kim' }, run: 'run' });
    const id = workflowIds.lifecycle(model, 'run');
    const ended = (await world.workflow.getHandle(id).result()) as LifecycleResult;
    expect(ended).toEqual({
      outcome: 'registered',
      version: 10,
      reasons: ['all gates passed', 'version 10 is not rolled out: gateways do not serve language models'],
      metrics: { loss: 2, perplexity: Math.exp(2), bitsPerByte: 1.5 },
    });
    expect(fake.order().filter((name) => name !== 'readModelState')).toEqual([
      'collectDocuments',
      'cleanDocuments',
      'tokenizeCorpus',
      'trainModel',
      'evaluateLanguageModel',
      'commitRegistryChange',
    ]);
    expect(fake.calls('tokenizeCorpus')[0]).toMatchObject({ layout: 'stream', contextLength: 128 });
    expect(fake.calls('trainModel')[0].job).toMatchObject({
      kind: 'pretraining',
      key: `${id}/training/pretraining`,
      heldOutDocuments: 20,
      architecture: { architecture: 'gpt2', layers: 4 },
    });
    expect(fake.calls('evaluateLanguageModel')[0].training).toMatchObject({
      weights: referenceOf('weights of pretraining', model),
      heldOut: { perplexity: Math.exp(2), documents: 10 },
    });
    await world.record('lifecycle-language', id);
    await world.record('training-language', workflowIds.training(id));
  });

  it('is not rolled out: neither when it is registered, nor when a person asks, who is told why', async () => {
    const fake = addModel();
    const { model } = fake;
    await world.client.retrain(model, { trigger: { kind: 'person', name: 'kim' }, run: 'run' });
    const id = workflowIds.lifecycle(model, 'run');
    const state = await world.controllerState(model, 'hears of the run', ({ history }) =>
      history.some(({ what }) => what === id),
    );
    expect(state.waiting).toEqual([]);
    const asked = { version: 10, entry: 'shadow' as const, by: 'kim', reason: 'I want it' };
    expect(await world.client.startRollout(model, asked)).toMatchObject({
      decision: 'ignored',
      reason: 'gateways do not serve language models',
    });
    expect(fake.changes()).toEqual(['register']);
    await world.record('controller-language', workflowIds.controller(model));
  });

  it('is trained on from its checkpoint at half the rate where it diverges', async () => {
    const fake = addModel();
    const { model } = fake;
    let left = 1;
    fake.replace({
      trainModel: (input) => {
        left -= 1;
        if (left >= 0) return Promise.reject(new CoppiceFailure('TrainingDiverged', 'the loss is no number'));
        return fake.original.trainModel(input);
      },
    });
    const input = {
      ...{ model, runId: `lifecycle/${model}/run`, spec: languageSpec(model) },
      ...{ tokens: referenceOf('tokens', model), searchAttributes: Object.values(searchAttributes) },
    };
    const handle = await world.start(workflowTypes.languageTraining, `${input.runId}/training`, input);
    expect(await handle.result()).toMatchObject({ steps: 50, heldOut: { loss: 2 } });
    expect(fake.calls('trainModel').map(({ job }) => job.learningRateScale)).toEqual([1, 0.5]);
  });
});
