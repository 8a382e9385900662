// From a collection through forgetting to the next collection: the command line, the control API, the workflow and its
// activities on the real store and the real server, for a model of a few documents.
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFailureInterceptor } from '../../../activities/failures.ts';
import { createForgettingActivities } from '../../../activities/forgetting.ts';
import { createRegistryActivities } from '../../../activities/registry.ts';
import { openTombstones } from '../../../artifacts/forgetting/tombstones.ts';
import type { ObjectStore } from '../../../artifacts/object-store.ts';
import { readObject } from '../../../artifacts/object-store.ts';
import { openRegistryWriter } from '../../../artifacts/open.ts';
import type { OpenWork, RetrainRequest } from '../../../contracts/messages.ts';
import { workflowIds } from '../../../contracts/messages.ts';
import { taskQueues } from '../../../contracts/task-queues.ts';
import { readSettings } from '../../../settings/settings.ts';
import { workflowBundlePath } from '../../../worker/workflow-bundle.ts';
import { recordHistory } from '../../replay/record.ts';
import { runCoppice } from '../../support/command-line.ts';
import { openControlWorld } from '../../support/control-world.ts';
import { type ForgettingWorld, openForgettingWorld } from '../../support/forgetting-world.ts';
import { quietTemporal } from '../../support/quiet-temporal.ts';

const model = 'notes';
const secret = 'the zebrafish sings at night';

let control: Awaited<ReturnType<typeof openControlWorld>>;
let world: ForgettingWorld;
let close: () => Promise<void>;
/** What the activities of the worker meet. */
const meets: {
  open: () => Promise<OpenWork | undefined>;
  asked: RetrainRequest[];
  /** Fails one removal so many removals from now, as a store that goes away. */
  failsIn: number;
} = { open: () => Promise.resolve(undefined), asked: [], failsIn: Number.POSITIVE_INFINITY };

beforeAll(async () => {
  quietTemporal();
  control = await openControlWorld();
  const settings = readSettings(control.environment);
  const { store } = control;
  const writer = await openRegistryWriter(settings, store);
  const objects = store.buckets.artifacts;
  const retraining = { onForgetting: 'retrain' as const };
  world = await openForgettingWorld(model, { objects, registry: store.registry, writer }, { retraining });
  const connection = await NativeConnection.connect({ address: settings.temporal.address });
  const shared = {
    connection,
    namespace: settings.temporal.namespace,
    interceptors: { activity: [() => ({ inbound: createFailureInterceptor() })] },
  };
  const activities = createForgettingActivities({
    ...{ artifacts: store.artifacts, lineage: store.lineage, registry: store.registry },
    objects: mortal(objects),
    findOpenWork: async (name) => {
      const run = name === model ? await meets.open() : undefined;
      return run ? { run } : {};
    },
    retrain: (_model, request) => {
      meets.asked.push(request);
      return Promise.resolve({ decision: 'started', reason: 'as told' });
    },
    now: () => new Date(),
  });
  const workers = await Promise.all([
    Worker.create({
      ...{ ...shared, taskQueue: taskQueues.pipeline, activities },
      workflowBundle: { codePath: await workflowBundlePath() },
    }),
    Worker.create({
      ...{ ...shared, taskQueue: taskQueues.registry },
      activities: createRegistryActivities({ writer, keys: writer.keys }),
    }),
  ]);
  const running = workers.map((worker) => worker.run());
  close = async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await connection.close();
    await world.close();
    await control.close();
  };
  await world.write('a.txt', 'an apple a day');
  await world.write('secret.txt', secret);
  await world.label({ 'inbox/a.txt': 'ham', 'inbox/secret.txt': 'spam' });
  await world.makeVersion('first', { quoted: 'inbox/secret.txt' });
  await writer.commit({
    ...{ model, idempotencyKey: 'promote', actor: 'kim', reason: 'the first version' },
    change: { kind: 'promote', version: 1 },
  });
});
afterAll(() => close());

function mortal(objects: ObjectStore): ObjectStore {
  return {
    ...objects,
    remove: (key) => {
      meets.failsIn -= 1;
      return meets.failsIn === 0 ? Promise.reject(new Error('the store went away')) : objects.remove(key);
    },
  };
}

const coppice = (...args: string[]) => runCoppice(args, control.environment);

async function targetOf(name: string): Promise<string> {
  const tombstones = await openTombstones(control.store.buckets.artifacts);
  return tombstones.digestOf(name);
}

const historyOf = (target: string) =>
  control.client.temporal.workflow.getHandle(workflowIds.forgetting(target)).fetchHistory();

async function keysOf(objects: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key, etag } of objects.list('')) keys.push(`${key} ${etag}`);
  return keys;
}

/** Everything that stays: the registry, and what the server keeps of the workflow. */
async function remembered(target: string): Promise<string> {
  const texts: string[] = [];
  const { registry } = control.store.buckets;
  for await (const { key } of registry.list('')) texts.push(key, String(await readObject(registry, key)));
  const { events } = await historyOf(target);
  for (const { attributes, ...event } of (events ?? []) as { attributes?: unknown }[]) {
    texts.push(JSON.stringify([attributes, event], (_key, value: unknown) => textOf(value)));
  }
  return texts.join('\n');
}

/** Payloads as the text that they hold. */
function textOf(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value;
}

describe('coppice lineage', () => {
  it('leads from traffic down to single documents and where they came from', async () => {
    const { out, code } = await coppice('lineage', `${model}@1`, '--documents', '1');
    expect(code).toBe(0);
    expect(out).toMatch(/^notes@1, made .* by lifecycle\/notes\/first\nchampion in routing generation 1\n/);
    expect(out).toContain('promote: the first version');
    expect(out).toMatch(/ documents [0-9a-f]{12} ← collection\n +2 documents: 2 of inbox\n/);
    expect(out).toMatch(/inbox\/a\.txt ← file:\/\/\/.*\/inbox\/a\.txt, [0-9a-f]{12}, collected 2026-05-01/);
    expect(out).toMatch(/… and 1 more \(--documents 2\)/);
  });

  it('leads from a document to every dataset, checkpoint and version that saw it', async () => {
    const [text, json, none] = await Promise.all([
      coppice('lineage', '--of', 'inbox/secret.txt'),
      coppice('lineage', '--of', 'inbox/secret.txt', '--json'),
      coppice('lineage', '--of', 'inbox/nothing.txt'),
    ]);
    expect(text.out).toMatch(/^inbox\/secret\.txt ← file:\/\//);
    expect(text.out).toMatch(
      / package [0-9a-f]{12} ← evaluation of lifecycle\/notes\/first = notes@1 \(champion\)/,
    );
    const found = JSON.parse(json.out) as { versions: unknown; datasets: string[]; checkpoints: string[] };
    expect(found.versions).toEqual([{ model, version: 1, state: 'champion' }]);
    expect(found.datasets).toHaveLength(5); // documents, labels, corpus, tokens, tokenizer
    expect(found.checkpoints).toContain(
      `checkpoints/lifecycle/${model}/first/training/fine-tuning/latest.json`,
    );
    expect(none).toEqual({
      code: 2,
      out: '',
      err: 'nothing in the store holds or has seen inbox/nothing.txt\n',
    });
    const [dataset] = found.datasets;
    const byDigest = JSON.parse((await coppice('lineage', '--of', dataset, '--json')).out) as typeof found;
    expect(byDigest).toMatchObject({ kind: 'artifact', versions: [{ model, version: 1 }] });
  });

  it('is told as OpenLineage events, one a line', async () => {
    const { out } = await coppice('lineage', `${model}@1`, '--openlineage');
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { job: { name: string }; eventType: string });
    const steps = ['collection', 'cleaning', 'tokenization', 'fine-tuning', 'evaluation'];
    expect(events.map(({ job, eventType }) => `${job.name} ${eventType}`)).toEqual(
      steps.flatMap((step) => [`${model}/${step} START`, `${model}/${step} COMPLETE`]),
    );
  });
});

describe('coppice forget', () => {
  it('says first what it would do, and changes nothing without --delete or for what nobody knows', async () => {
    const objects = control.store.buckets.artifacts;
    await targetOf('inbox/secret.txt'); // the store has its salt from here on
    const before = await keysOf(objects);
    const [dry, unknown] = await Promise.all([
      coppice('forget', 'inbox/secret.txt'),
      coppice('forget', 'inbox/nothing.txt', '--delete'),
    ]);
    expect(dry.out).toMatch(/^ +1 {2}documents\n +1 {2}shards of collections, written anew without it/);
    expect(dry.out).toContain(`${model}@1 saw it: to be marked for retraining`);
    expect(dry.out).toMatch(/nothing was changed; --delete removes it\n$/);
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.err).toBe('nothing in the store holds or has seen inbox/nothing.txt\n');
    expect(await keysOf(objects)).toEqual(before);
  });

  it('removes it although the store goes away meanwhile, keeps its name nowhere, and it is not collected again', async () => {
    meets.failsIn = 4;
    const done = await coppice('forget', 'inbox/secret.txt', '--delete');
    expect([done.code, done.out]).toEqual([
      0,
      `inbox/secret.txt is forgotten\n  ${model}@1 is marked for retraining\n  ${model}: started, as told\n`,
    ]);
    expect(await world.holdersOf(secret)).toEqual([]);
    expect(await world.holdersOf('secret.txt')).toEqual([]);
    const target = await targetOf('inbox/secret.txt');
    expect(await remembered(target)).not.toContain('secret.txt');
    expect(meets.asked).toMatchObject([
      { strategy: 'full', trigger: { kind: 'forgetting', forgetting: target } },
    ]);
    await recordHistory('forgetting-document', () => historyOf(target));

    await world.write('secret.txt', secret); // it still stands in its source, and looks new
    const second = await world.collect('second');
    expect(second).toMatchObject({ documentCount: 1, forgottenCount: 1, problemCount: 1 });
    const [versions, again, lineage] = await Promise.all([
      coppice('versions', model),
      coppice('forget', 'inbox/secret.txt', '--delete'),
      coppice('lineage', '--of', 'inbox/secret.txt'),
    ]);
    expect(versions.out).toMatch(/^notes@1 {2}champion, to be retrained /m);
    expect(again.code).toBe(0);
    expect(again.out).toMatch(/^inbox\/secret\.txt was forgotten /);
    expect(lineage.out).toMatch(/was forgotten .*= notes@1 \(champion, to be retrained\)/s);
    expect((await control.store.registry.verifyLedger(model)).problems).toEqual([]);
  });

  it('looks again once a run that was open has ended, for what it wrote meanwhile', async () => {
    await world.write('late.txt', 'written while it was forgotten');
    const made = await world.makeVersion('third', { quoted: 'inbox/late.txt', register: false });
    const { '00000.jsonl.gz': shard } = (await world.artifacts.readDirectory(made.cleaned.corpus)).files;
    const bytes = await world.artifacts.readBytes(shard);
    const run = { workflowId: `lifecycle/${model}/third`, startedAt: '2026-05-01T00:00:00Z' };
    meets.open = () => Promise.resolve(run);
    const waiting = await coppice('forget', 'inbox/late.txt', '--delete');
    expect(waiting.out).toContain(`  ${run.workflowId}\n`);
    expect(await world.holdersOf('written while')).toEqual([]);
    await world.artifacts.putBytes(bytes, shard); // it had been read before
    meets.open = () => Promise.resolve(undefined);
    await control.client.forgettings.result(await targetOf('inbox/late.txt'));
    expect(await world.holdersOf('written while')).toEqual([]);
  });
});
