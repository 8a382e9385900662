// One version from its sources to the registry, and a training within it, on the real server over fake stages.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import {
  type LifecycleInput,
  type LifecycleResult,
  type LifecycleStatus,
  messageNames,
  workflowIds,
  workflowTypes,
} from '../../../contracts/messages.ts';
import type { ModelSpec } from '../../../contracts/model-spec/model-spec.ts';
import { searchAttributes } from '../../../contracts/search-attributes.ts';
import { type FakeModel, servingVersion } from '../../support/fake-activities.ts';
import { createGate } from '../../support/gate.ts';
import { referenceOf, specOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

vi.setConfig({ maxConcurrency: 20 });

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('lifecycle');
});
afterAll(() => world.close());

async function startLifecycle({ model }: FakeModel, overrides: Partial<LifecycleInput> = {}) {
  const id = workflowIds.lifecycle(model, 'run');
  const input: LifecycleInput = {
    model,
    spec: specOf(model),
    trigger: { kind: 'person', name: 'kim' },
    strategy: 'full',
    searchAttributes: Object.values(searchAttributes),
    ...overrides,
  };
  const handle = await world.start(workflowTypes.lifecycle, id, input);
  return {
    id,
    handle,
    ended: handle.result() as Promise<LifecycleResult>,
    status: () => handle.query<LifecycleStatus>(messageNames.status),
  };
}

/** A spec that asks for a larger vocabulary. */
function extending(model: string): ModelSpec {
  const spec = specOf(model);
  return { ...spec, tokenizer: { ...spec.tokenizer, extension: { vocabularySize: 9_000 } } };
}

/** A controller that hears how the run ended. */
async function withController({ model }: FakeModel) {
  await world.client.pause(model, 'kim');
  const controllerId = workflowIds.controller(model);
  const heard = () =>
    world.controllerState(model, 'hears of the run', ({ history }) =>
      history.some(({ what }) => what === workflowIds.lifecycle(model, 'run')),
    );
  return { controllerId, heard };
}

const pipeline = [
  ...['collectDocuments', 'cleanDocuments', 'checkData'],
  ...['tokenizeCorpus', 'selectExamples', 'trainModel'],
];
const corrupt = () => Promise.reject(new CoppiceFailure('ArtifactCorrupt', 'blobs/sha256/ab is corrupt'));

describe.concurrent('lifecycle', () => {
  it('takes the data through every stage in order, and registers the version', async () => {
    const fake = world.addModel();
    const { model } = fake;
    const run = await startLifecycle(fake);
    expect(await run.ended).toEqual({
      outcome: 'registered',
      version: 10,
      reasons: ['all gates passed'],
      metrics: { accuracy: 0.95, f1: 0.9 },
      gates: [],
    });
    expect(fake.order()).toEqual([
      'readModelState',
      ...pipeline,
      'scoreExamples',
      'evaluateVersion',
      'commitRegistryChange',
    ]);
    expect(fake.calls('cleanDocuments')[0].documents).toEqual(referenceOf('documents', model));
    expect(fake.calls('tokenizeCorpus')[0].corpus).toEqual(referenceOf('corpus', model));
    expect(fake.calls('trainModel')[0].job.tokens).toEqual(referenceOf('tokens', model));
    expect(fake.calls('evaluateVersion')[0].probabilities).toEqual(
      referenceOf('probabilities of weights of fine-tuning', model),
    );
    await world.record('lifecycle-registered', run.id);
    await world.record('training-from-scratch', workflowIds.training(run.id));
  });

  it('registers what was made with its lineage, its evidence and the reason of the run', async () => {
    const fake = world.addModel();
    const { model } = fake;
    const run = await startLifecycle(fake);
    await run.ended;
    const [commit] = fake.calls('commitRegistryChange');
    const stages = ['collection', 'cleaning', 'tokenization', 'evaluation', 'selection', 'fine-tuning'];
    expect(commit).toMatchObject({
      idempotencyKey: `${run.id}/register`,
      actor: run.id,
      evidence: [referenceOf('evidence', model).digest],
      change: {
        kind: 'register',
        version: {
          runId: run.id,
          trigger: { kind: 'person', name: 'kim' },
          spec: referenceOf('spec', model),
          package: referenceOf('package', model),
          lineage: stages.map((stage) => referenceOf(`lineage of ${stage}`, model)),
        },
      },
    });
    expect(commit.change).not.toHaveProperty('version.basedOn');
  });

  it('shows each stage with its state while it goes on, and what came of it', async () => {
    const fake = world.addModel();
    const gate = createGate();
    fake.replace({ tokenizeCorpus: (input) => gate.opened.then(() => fake.original.tokenizeCorpus(input)) });
    fake.replace({
      cleanDocuments: async (input) => ({ ...(await fake.original.cleanDocuments(input)), cached: true }),
    });
    const run = await startLifecycle(fake);
    await world.until('tokenization is shown as running', async () =>
      (await run.status()).stages.some(({ stage, state }) => stage === 'tokenization' && state === 'running'),
    );
    const { stages } = await run.status();
    expect(stages.map(({ stage, state }) => `${stage} ${state}`)).toEqual([
      'collection done',
      'cleaning cached',
      'tokenization running',
      'training waiting',
      'evaluation waiting',
      'registration waiting',
    ]);
    expect(stages[0].detail).toBe('400 documents (400 new), 200 labels, 2 set aside');
    expect(await world.searchAttributes(run.id)).toMatchObject({
      CoppiceModel: fake.model,
      CoppiceTrigger: 'person',
      CoppiceStage: 'tokenization',
    });
    gate.open();
    await run.ended;
    expect((await run.status()).outcome).toBe('registered');
    expect(await world.searchAttributes(run.id)).toMatchObject({
      CoppiceVerdict: 'registered',
      CoppiceVersion: '10',
    });
  });

  it('shows a training that came whole from the step cache as cached, and has it found by the model', async () => {
    const fake = world.addModel();
    const { selectExamples, trainModel } = fake.original;
    fake.replace({
      selectExamples: async (it) => ({ ...(await selectExamples(it)), cached: true }),
      trainModel: async (it) => ({ ...(await trainModel(it)), cached: true }),
    });
    const run = await startLifecycle(fake);
    await run.ended;
    const { stages } = await run.status();
    expect(stages.find(({ stage }) => stage === 'training')?.state).toBe('cached');
    expect(await world.searchAttributes(workflowIds.training(run.id))).toMatchObject({
      CoppiceModel: fake.model,
      CoppiceStage: 'training',
      CoppiceTrigger: 'person',
    });
  });

  it('registers nothing where a gate is not passed: that is a result, no failure', async () => {
    const fake = world.addModel();
    fake.replace({
      evaluateVersion: async (input) => ({
        ...(await fake.original.evaluateVersion(input)),
        outcome: 'rejected',
        gates: [
          { gate: 'f1 at least 0.5', passed: true, value: 0.9, reason: '0.9 is enough' },
          { gate: 'accuracy at least 0.97', passed: false, value: 0.95, reason: '0.95 is below 0.97' },
        ],
      }),
    });
    const { controllerId, heard } = await withController(fake);
    const run = await startLifecycle(fake, { controllerId });
    expect(await run.ended).toMatchObject({
      outcome: 'rejected',
      reasons: ['accuracy at least 0.97: 0.95 is below 0.97'],
      gates: [{ passed: true }, { passed: false, value: 0.95 }],
    });
    expect(fake.changes()).toEqual([]);
    const { history, waiting } = await heard();
    expect(history.at(-1)?.reason).toBe('rejected: accuracy at least 0.97: 0.95 is below 0.97');
    expect(waiting).toEqual([]);
    await world.record('lifecycle-rejected', run.id);
  });

  it('goes on from the version in service where it is incremental', async () => {
    const fake = world.addModel({ champion: 3 });
    const { model } = fake;
    const serving = servingVersion(model, 3);
    const run = await startLifecycle(fake, { strategy: 'incremental' });
    await run.ended;
    expect(fake.calls('tokenizeCorpus').map(({ existingTokenizer }) => existingTokenizer)).toEqual([
      serving.tokenizer,
    ]);
    expect(fake.calls('selectExamples')[0].knownLabels).toEqual(['ham', 'spam']);
    expect(fake.calls('trainModel')[0].job.initialWeights).toEqual(serving.package);
    expect(fake.calls('commitRegistryChange')[0].change).toMatchObject({ version: { basedOn: 3 } });
    await world.record('lifecycle-incremental', run.id);
  });

  it('goes on from the version that it is told, though another is in service', async () => {
    const fake = world.addModel({ champion: 3 });
    const { model } = fake;
    const base = servingVersion(model, 2);
    const run = await startLifecycle(fake, { strategy: 'incremental', from: 2 });
    await run.ended;
    expect(fake.calls('readBase')).toEqual([{ model, version: 2 }]);
    expect(fake.calls('tokenizeCorpus')[0].existingTokenizer).toEqual(base.tokenizer);
    expect(fake.calls('trainModel')[0].job.initialWeights).toEqual(base.package);
    expect(fake.calls('evaluateVersion')[0].champion).toMatchObject({ version: 3 });
    expect(fake.calls('commitRegistryChange')[0].change).toMatchObject({ version: { basedOn: 2 } });
    await world.record('lifecycle-from-version', run.id);
  });

  it('extends the vocabulary that it goes on from, and not that of the version it is compared with', async () => {
    const fake = world.addModel({ champion: 3 });
    await (await startLifecycle(fake, { spec: extending(fake.model), from: 2 })).ended;
    expect(fake.calls('tokenizeCorpus').map(({ tokenizer }) => tokenizer.extension)).toEqual([
      { vocabularySize: 9_000 },
      undefined,
    ]);
  });

  it('learns a vocabulary of its own where there is no version whose vocabulary it could extend', async () => {
    const fake = world.addModel();
    await (await startLifecycle(fake, { spec: extending(fake.model) })).ended;
    expect(fake.calls('tokenizeCorpus').map(({ existingTokenizer }) => existingTokenizer)).toEqual([
      undefined,
    ]);
  });

  it('has the version in service answer the same documents, in tokens of its own', async () => {
    const fake = world.addModel({ champion: 3 });
    const { model } = fake;
    const serving = servingVersion(model, 3);
    await (await startLifecycle(fake)).ended;
    expect(fake.calls('tokenizeCorpus').map(({ existingTokenizer }) => existingTokenizer)).toEqual([
      undefined,
      serving.tokenizer,
    ]);
    expect(fake.calls('scoreExamples').at(-1)).toEqual({
      tokens: referenceOf('tokens of the champion', model),
      weights: serving.package,
      examples: referenceOf('holdout', model),
    });
    expect(fake.calls('evaluateVersion')[0].champion).toMatchObject({ version: 3, package: serving.package });
  });

  it('runs the pipeline again, once, where an artifact was damaged', async () => {
    const fake = world.addModel();
    let damaged = true;
    fake.replace({
      tokenizeCorpus: (input) => {
        const found = damaged;
        damaged = false;
        return found ? corrupt() : fake.original.tokenizeCorpus(input);
      },
    });
    const run = await startLifecycle(fake);
    expect(await run.ended).toMatchObject({ outcome: 'registered' });
    expect(fake.calls('collectDocuments')).toHaveLength(2);
    expect(fake.changes()).toEqual(['register']);
    await world.record('lifecycle-rebuilt', run.id);
  });

  it('does so once for each artifact that is found damaged', async () => {
    const fake = world.addModel();
    const damaged = ['ab', 'cd'];
    fake.replace({
      tokenizeCorpus: (input) => {
        const found = damaged.shift();
        return found
          ? Promise.reject(new CoppiceFailure('ArtifactCorrupt', `blobs/sha256/${found} is corrupt`))
          : fake.original.tokenizeCorpus(input);
      },
    });
    expect(await (await startLifecycle(fake)).ended).toMatchObject({ outcome: 'registered' });
    expect(fake.calls('tokenizeCorpus')).toHaveLength(3);
  });

  it('does so for what the training child found as well', async () => {
    const fake = world.addModel();
    let missing = true;
    fake.replace({
      trainModel: (input) => {
        const found = missing;
        missing = false;
        return found
          ? Promise.reject(new CoppiceFailure('ArtifactNotFound', 'there is no blobs/sha256/ab'))
          : fake.original.trainModel(input);
      },
    });
    expect(await (await startLifecycle(fake)).ended).toMatchObject({ outcome: 'registered' });
    expect(fake.calls('tokenizeCorpus')).toHaveLength(2);
  });

  it('fails with the type of the failure where it is damaged again', async () => {
    const fake = world.addModel({ activities: { tokenizeCorpus: corrupt } });
    const { controllerId, heard } = await withController(fake);
    const run = await startLifecycle(fake, { controllerId });
    await expect(run.ended).rejects.toMatchObject({ cause: { cause: { type: 'ArtifactCorrupt' } } });
    expect(fake.calls('tokenizeCorpus')).toHaveLength(2);
    const { stages } = await run.status();
    expect(stages.find(({ stage }) => stage === 'tokenization')?.state).toBe('failed');
    expect((await heard()).history.at(-1)?.reason).toBe('failed: blobs/sha256/ab is corrupt');
    await world.record('lifecycle-failed', run.id);
  });

  it('fails at once where the failure is none that a second try mends', async () => {
    const fake = world.addModel();
    fake.replace({
      cleanDocuments: () => Promise.reject(new CoppiceFailure('InvalidInput', 'step 2 is unknown')),
    });
    await expect((await startLifecycle(fake)).ended).rejects.toMatchObject({
      cause: { cause: { type: 'InvalidInput', message: 'step 2 is unknown' } },
    });
    expect(fake.calls('cleanDocuments')).toHaveLength(1);
  });

  it('makes nothing of a model without a stored spec', async () => {
    const fake = world.addModel({ spec: null });
    const { ended } = await startLifecycle(fake);
    await expect(ended).rejects.toMatchObject({ cause: { type: 'InvalidInput' } });
    expect(fake.order()).toEqual(['readModelState']);
  });

  it('tells the controller that it was cancelled, and ends its training', async () => {
    const fake = world.addModel();
    const gate = createGate();
    fake.replace({ selectExamples: (input) => gate.opened.then(() => fake.original.selectExamples(input)) });
    const { controllerId, heard } = await withController(fake);
    const run = await startLifecycle(fake, { controllerId });
    await world.until('training has begun', () => fake.calls('selectExamples').length > 0);
    await run.handle.cancel();
    await expect(run.ended).rejects.toThrow(/cancel/i);
    expect((await heard()).history.at(-1)?.reason).toMatch(/^cancelled: /);
    const training = await world.workflow.getHandle(workflowIds.training(run.id)).describe();
    expect(training.status.name).toBe('CANCELLED');
    expect(fake.changes()).toEqual([]);
    gate.open();
    await world.record('lifecycle-cancelled', run.id);
  });

  it('is registered all the same where its controller is gone', async () => {
    const fake = world.addModel();
    const run = await startLifecycle(fake, { controllerId: 'model/gone' });
    expect(await run.ended).toMatchObject({ outcome: 'registered' });
  });
});
