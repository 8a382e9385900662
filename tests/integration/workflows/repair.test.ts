// A version whose package is damaged, made again: real stages, the real trainer and the real store, within the real
// workflows.
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createCleaningActivities } from '../../../activities/cleaning.ts';
import { createCollectionActivities } from '../../../activities/collection.ts';
import { createEvaluationActivities } from '../../../activities/evaluation.ts';
import { createModelStateActivities } from '../../../activities/model-state.ts';
import { createRegistryActivities } from '../../../activities/registry.ts';
import { createRepairActivities } from '../../../activities/repair.ts';
import { createSelectionActivities } from '../../../activities/selection.ts';
import { createStageRunner } from '../../../activities/stage-runner.ts';
import { createTokenizationActivities } from '../../../activities/tokenization.ts';
import { createTrainingActivities } from '../../../activities/training.ts';
import { blobKey } from '../../../artifacts/blobs.ts';
import { readObject } from '../../../artifacts/object-store.ts';
import { type OpenStore, openRegistryWriter, openStore } from '../../../artifacts/open.ts';
import { type LifecycleInput, workflowIds, workflowTypes } from '../../../contracts/messages.ts';
import type { ModelSpec } from '../../../contracts/model-spec/model-spec.ts';
import type { RegistryCommit } from '../../../contracts/registry.ts';
import { createMetrics } from '../../../monitoring/metrics.ts';
import { loadTokenizer } from '../../../runtimes/tokenizers/tokenizer.ts';
import { readSettings, type Settings } from '../../../settings/settings.ts';
import { runTrainingJob } from '../../../worker/trainer/supervise.ts';
import { codeOf, codeVersionsOf } from '../../support/code.ts';
import type { FakeModel } from '../../support/fake-activities.ts';
import { specOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

let world: WorkflowWorld;
let settings: Settings;
let store: OpenStore;
let home: string;
let commit: (change: RegistryCommit['change']) => Promise<unknown>;
let fake: FakeModel;
let spec: ModelSpec;

beforeAll(async () => {
  world = await openWorkflowWorld('repair');
  home = await mkdtemp(join(tmpdir(), 'coppice-repair-'));
  const id = randomUUID().slice(0, 8);
  const buckets = { COPPICE_ARTIFACTS_BUCKET: `artifacts-${id}`, COPPICE_REGISTRY_BUCKET: `registry-${id}` };
  settings = readSettings({ ...inject('stack'), ...buckets, COPPICE_HOME: home });
  store = await openStore(settings);
  await addRealModel();
});
afterAll(async () => {
  await world.close();
  await rm(home, { recursive: true, force: true });
});

const words = {
  ham: 'the meeting about the forest is moved to noon',
  spam: 'win a cheap prize now, click here',
};

async function writeCorpus(): Promise<{ inbox: string; labels: string }> {
  const [inbox, labels] = [join(home, 'inbox'), join(home, 'labels')];
  await mkdir(inbox);
  await mkdir(labels);
  const lines: string[] = [];
  for (let number = 0; number < 60; number += 1) {
    const label = number % 2 === 0 ? 'ham' : 'spam';
    await writeFile(join(inbox, `${number}.txt`), `${words[label]}, number ${number}`);
    lines.push(JSON.stringify({ document: `inbox/${number}.txt`, label }));
  }
  await writeFile(join(labels, 'all.jsonl'), lines.join('\n'));
  return { inbox, labels };
}

/** A model all of whose activities are the real ones. */
async function addRealModel(): Promise<void> {
  const { inbox, labels } = await writeCorpus();
  const { artifacts, cache, claims, lineage, registry, buckets } = store;
  const metrics = createMetrics({ process: 'test' });
  const now = () => new Date();
  const code = codeVersionsOf(() => codeOf('c0de'));
  const runStage = createStageRunner({ cache, claims, lineage, metrics, code, now });
  const noBucket = {
    list: async function* () {},
    read: () => Promise.reject(new Error('no bucket')),
    stream: async function* () {},
  };
  const writer = await openRegistryWriter(settings, store);
  fake = world.addModel();
  const { model } = fake;
  commit = (change) =>
    writer.commit({ model, idempotencyKey: randomUUID(), actor: 'kim', reason: 'as told', change });
  fake.replace({
    ...createModelStateActivities({
      ...{ artifacts, registry },
      findOpenWork: () => Promise.resolve({}),
      searchAttributes: [],
    }),
    ...createRegistryActivities({ writer, keys: writer.keys }),
    ...createCollectionActivities({
      ...{ artifacts, runStage, now },
      ...{ pointers: buckets.artifacts, objects: noBucket },
    }),
    ...createCleaningActivities({ artifacts, runStage, metrics }),
    ...createTokenizationActivities({ artifacts, runStage, loadTokenizer }),
    ...createSelectionActivities({ artifacts, runStage }),
    ...createTrainingActivities({
      ...{ artifacts, runStage, metrics },
      runTrainingJob: (job, options) => runTrainingJob(job, { ...options, settings }),
    }),
    ...createEvaluationActivities({ artifacts, runStage, loadTokenizer, now }),
    ...createRepairActivities({ artifacts, lineage, registry, objects: buckets.artifacts }),
  });
  spec = specOf(model, {
    collection: {
      sources: [{ kind: 'files', name: 'inbox', path: inbox }],
      labels: [{ kind: 'label-files', path: labels }],
    },
    cleaning: { steps: [{ step: 'normalize-unicode' }] },
    tokenizer: { vocabularySize: 120, minimumFrequency: 1 },
    model: { layers: 1, hiddenSize: 16, heads: 2, contextLength: 16 },
    training: { fineTuning: { maximumSteps: 12, batchSize: 8, epochs: 4, learningRate: 5e-3, dropout: 0.1 } },
    evaluation: { holdout: 20, positiveLabel: 'spam', gates: [] },
  });
  await writer.writeSpec({ model, spec, by: 'kim' });
}

async function makeVersion(run: string) {
  const { model } = fake;
  const input: LifecycleInput = {
    ...{ model, spec, strategy: 'full', searchAttributes: [] },
    trigger: { kind: 'person', name: 'kim' },
  };
  const handle = await world.start(workflowTypes.lifecycle, workflowIds.lifecycle(model, run), input);
  return handle.result() as Promise<{ outcome: string; version?: number; reasons: string[] }>;
}

async function repair(version: number) {
  const id = await world.client.repairs.start({ model: fake.model, version, by: 'kim' });
  return world.client.repairs.result(id);
}

async function packageOf(version: number) {
  const document = await store.registry.readVersion(fake.model, version);
  if (!document) throw new Error('no such version');
  return document.package;
}

/** Flips a bit in the middle of a file of a version's package, behind the store's back. */
async function flipBit(version: number, name: string): Promise<void> {
  const { files } = await store.artifacts.readDirectory(await packageOf(version));
  const key = blobKey(files[name].digest);
  const bytes = Buffer.from((await readObject(store.buckets.artifacts, key)) ?? []);
  bytes[bytes.length >> 1] ^= 1;
  await store.buckets.artifacts.put(key, bytes);
}

const damagedNames = ({ damaged }: { damaged: readonly { name: string }[] }) =>
  damaged.map(({ name }) => name).sort();

describe('a version whose package is damaged', () => {
  it('is made again from its lineage, to the byte', async () => {
    expect(await makeVersion('first')).toMatchObject({ outcome: 'registered', version: 1 });
    expect(await repair(1)).toMatchObject({ outcome: 'whole' });
    const { files } = await store.artifacts.readDirectory(await packageOf(1));
    for (const name of ['model.safetensors', 'decision.json']) await flipBit(1, name);
    await store.buckets.artifacts.remove(blobKey(files['tokenizer.json'].digest));

    const made = await repair(1);
    expect(made).toMatchObject({ outcome: 'rebuilt', remaining: [] });
    expect(damagedNames(made)).toEqual(['decision.json', 'model.safetensors', 'tokenizer.json']);
    expect(await repair(1)).toMatchObject({ outcome: 'whole' });
    for (const file of Object.values(files)) await store.artifacts.readBytes(file);
    const quarantined = `quarantine/${blobKey(files['model.safetensors'].digest)}`;
    expect(await store.buckets.artifacts.stat(quarantined)).toBeDefined();
    // The collection is not asked again: the version is of what it had brought.
    expect(fake.calls('collectDocuments')).toHaveLength(1);
  });

  it('is made again where the list of its files is what is damaged', async () => {
    const { digest } = await packageOf(1);
    await store.buckets.artifacts.put(blobKey(digest), Buffer.from('{"files":{}}'));
    const made = await repair(1);
    expect(made).toMatchObject({ outcome: 'rebuilt', damaged: [{ name: '(manifest)', digest }] });
    expect(await store.artifacts.has(await packageOf(1))).toBe(true);
  });

  it('can go back and be replaced: a run makes the one in service again before it compares with it', async () => {
    await commit({ kind: 'promote', version: 1 });
    await flipBit(1, 'model.safetensors');
    await writeFile(join(home, 'inbox', 'new.txt'), 'another mail about the forest');
    expect(await makeVersion('second')).toMatchObject({
      ...{ outcome: 'registered', version: 2 },
      reasons: ['all gates passed'],
    });
    expect(await store.artifacts.has(await packageOf(1))).toBe(true);
    expect(fake.calls('evaluateVersion').at(-1)?.champion).toMatchObject({ version: 1 });
  });

  it('says so where what comes out has other bytes, and puts nothing in the place of those that were signed', async () => {
    const { trainModel } = createOtherTrainer();
    await flipBit(2, 'model.safetensors');
    const trains = fake.original.trainModel;
    fake.replace({ trainModel });
    const made = await repair(2);
    fake.replace({ trainModel: trains });
    expect(made).toMatchObject({ outcome: 'different', remaining: [{ name: 'model.safetensors' }] });
    expect(made.made).not.toBe((await packageOf(2)).digest);
    expect(await store.artifacts.has(await packageOf(2))).toBe(false);
  });
});

/** As on another kind of processor: the same job comes out otherwise. */
function createOtherTrainer() {
  const { artifacts, cache, claims, lineage } = store;
  const metrics = createMetrics({ process: 'test' });
  const code = codeVersionsOf(() => codeOf('c0de'));
  const runStage = createStageRunner({ cache, claims, lineage, metrics, code, now: () => new Date() });
  return createTrainingActivities({
    ...{ artifacts, runStage, metrics },
    runTrainingJob: (job, options) =>
      runTrainingJob(job.kind === 'scoring' ? job : { ...job, seed: job.seed + 1 }, { ...options, settings }),
  });
}
