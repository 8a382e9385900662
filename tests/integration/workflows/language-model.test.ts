// A language model from its sources to service, on the real server over fake stages: no labels, one phase, no shadow.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import { type LifecycleResult, workflowIds, workflowTypes } from '../../../contracts/messages.ts';
import { searchAttributes } from '../../../contracts/search-attributes.ts';
import { lookOf } from '../../support/fake-rollout.ts';
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
    rollout: { lookEverySeconds: 0.1, watchSeconds: 0.2 },
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
      reasons: ['all gates passed'],
      metrics: { loss: 2, perplexity: Math.exp(2), bitsPerByte: 1.5 },
      gates: [],
    });
    expect(fake.order().filter((name) => name !== 'readModelState')).toEqual([
      'collectDocuments',
      'cleanDocuments',
      'checkData',
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

  it('enters service at once where none is there before it', async () => {
    const fake = addModel();
    const { model } = fake;
    await world.client.retrain(model, { trigger: { kind: 'person', name: 'kim' }, run: 'run' });
    const state = await world.controllerState(model, 'hears of the rollout', ({ history }) =>
      history.some(({ what }) => what === workflowIds.rollout(model, 10)),
    );
    expect(state.waiting).toEqual([]);
    expect(fake.changes()).toEqual(['register', 'promote']);
    expect(fake.calls('judgeExperiment')).toEqual([]);
    await world.record('controller-language-served', workflowIds.controller(model));
  });

  it('takes over from another by canary steps on guardrails, without a shadow', async () => {
    const fake = world.addModel((model) => ({ spec: languageSpec(model), champion: 3 }));
    const { model } = fake;
    await world.client.retrain(model, { trigger: { kind: 'person', name: 'kim' }, run: 'run' });
    await world.controllerState(model, 'hears of the rollout', ({ history }) =>
      history.some(({ what }) => what === workflowIds.rollout(model, 10)),
    );
    const looks = fake.calls('judgeExperiment');
    expect(looks.map(({ mode, judgedBy }) => [mode, judgedBy])).toEqual([
      ['canary', 'guardrails'],
      ['canary', 'guardrails'],
      ['canary', 'guardrails'],
    ]);
    // The first challenge is without traffic: the version is validated.
    expect(fake.changes()).toEqual(['register', ...Array.from({ length: 4 }, () => 'challenge'), 'promote']);
    await world.record('rollout-language', workflowIds.rollout(model, 10));
  });

  it('is compared with the version in service on its own documents, where a gate asks for it', async () => {
    const gates = [{ kind: 'no-worse-than-champion' as const, metric: 'bitsPerByte' as const, margin: 0.01 }];
    const fake = world.addModel((model) => {
      const spec = languageSpec(model);
      return { spec: { ...spec, evaluation: { ...spec.evaluation, gates } }, champion: 3 };
    });
    const { model } = fake;
    await world.client.retrain(model, { trigger: { kind: 'person', name: 'kim' }, run: 'run' });
    await world.workflow.getHandle(workflowIds.lifecycle(model, 'run')).result();
    expect(fake.calls('measureChampion')).toMatchObject([
      {
        package: referenceOf('package of version 3', model),
        corpus: referenceOf('corpus', model),
        holdout: 20,
      },
    ]);
    expect(fake.calls('evaluateLanguageModel')[0].champion).toMatchObject({
      version: 3,
      figures: { bitsPerByte: 1.5 },
    });
    await world.record('lifecycle-language-compared', workflowIds.lifecycle(model, 'run'));
  });

  it('stands beside the version in service where no gate asks for it', async () => {
    const fake = world.addModel((model) => ({ spec: languageSpec(model), champion: 3 }));
    const { model } = fake;
    await world.client.retrain(model, { trigger: { kind: 'person', name: 'kim' }, run: 'run' });
    await world.workflow.getHandle(workflowIds.lifecycle(model, 'run')).result();
    expect(fake.calls('evaluateLanguageModel')[0].champion).toMatchObject({ version: 3 });
    await world.record('lifecycle-language-beside', workflowIds.lifecycle(model, 'run'));
  });

  it('is trained and judged on a corpus whose last documents are those that its split holds out', async () => {
    const fake = world.addModel((model) => {
      const spec = languageSpec(model);
      const split = { by: 'group' as const, group: 'source' as const };
      return { spec: { ...spec, evaluation: { ...spec.evaluation, split } } };
    });
    const { model } = fake;
    await world.client.retrain(model, { trigger: { kind: 'person', name: 'kim' }, run: 'run' });
    await world.workflow.getHandle(workflowIds.lifecycle(model, 'run')).result();
    expect(fake.calls('splitCorpus')).toMatchObject([{ holdout: 20, split: { by: 'group' } }]);
    const corpus = referenceOf('divided corpus', model);
    expect(fake.calls('tokenizeCorpus')).toMatchObject([{ corpus }]);
    expect(fake.calls('trainModel')[0]).toMatchObject({ job: { heldOutDocuments: 21 } }); // whole groups
    expect(fake.calls('evaluateLanguageModel')).toMatchObject([{ corpus, evaluation: { holdout: 21 } }]);
    await world.record('lifecycle-language-split', workflowIds.lifecycle(model, 'run'));
  });

  it('is taken back, and out of traffic for good, where a step breaks a guardrail', async () => {
    const fake = world.addModel((model) => ({
      ...{ spec: languageSpec(model), champion: 3 },
      activities: { judgeExperiment: () => Promise.resolve(lookOf('unhealthy')) },
    }));
    const { model } = fake;
    const asked = { version: 10, entry: 'shadow' as const, by: 'kim', reason: 'I want it' };
    await world.client.startRollout(model, asked);
    const result: unknown = await world.workflow.getHandle(workflowIds.rollout(model, 10)).result();
    expect(result).toMatchObject({ verdict: 'unhealthy', verification: { verified: true } });
    expect(fake.changes()).toEqual(['challenge', 'challenge', 'rollback']);
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

  it('learns answers from labels after pretraining, which goes on from the version that the run names', async () => {
    const fake = world.addModel((name) => ({
      spec: specOf(name, {
        ...{ task: 'language-modelling', model: { preset: 'nano' }, evaluation: { holdout: 20 } },
        collection: {
          sources: [{ kind: 'files', name: 'pages', path: '/pages' }],
          labels: [{ kind: 'label-files', path: '/titles' }],
        },
        training: {
          pretraining: { epochs: 3, incrementalEpochs: 1 },
          supervisedFineTuning: { template: { prompt: '{text}\n제목: ' } },
        },
      }),
    }));
    const { model } = fake;
    const kim = { kind: 'person', name: 'kim' } as const;
    expect(await world.client.retrain(model, { trigger: kim, run: 'run', from: 4 })).toMatchObject({
      decision: 'started',
    });
    const id = workflowIds.lifecycle(model, 'run');
    await world.workflow.getHandle(id).result();
    expect(fake.calls('tokenizeCorpus')[0]).toHaveProperty('existingTokenizer');
    expect(fake.calls('tokenizePairs')[0]).toMatchObject({
      ...{ template: { prompt: '{text}\n제목: ' }, contextLength: 128, holdout: 20 },
    });
    const [pretraining, answering] = fake.calls('trainModel').map(({ job }) => job);
    expect(pretraining).toMatchObject({ kind: 'pretraining', options: { epochs: 1 } });
    expect(pretraining).toHaveProperty('initialWeights');
    expect(answering).toMatchObject({
      ...{ kind: 'supervised-fine-tuning', heldOutPairs: 10, tokens: referenceOf('pairs', model) },
      initialWeights: referenceOf('weights of pretraining', model),
      text: { heldOutDocuments: 20 },
    });
    const [evaluated] = fake.calls('evaluateLanguageModel');
    expect(evaluated.training).toMatchObject({
      weights: referenceOf('weights of supervised-fine-tuning', model),
      answering: { heldOut: { loss: 1 }, pairs: { training: 30 } },
    });
    expect(evaluated.pairs).toEqual(referenceOf('pairs', model));
    await world.record('training-language-answers', workflowIds.training(id));
  });
});
