// The whole product on a small corpus of real mails: a stack of its own with every component, a model that learns in 50
// steps, labels in a bucket, and mails to send.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMinioObjectStore } from '../../artifacts/minio-object-store.ts';
import { createControlApi } from '../../client/control-api.ts';
import { connectCoppice } from '../../client/coppice-client.ts';
import type { DocumentLabel } from '../../contracts/document.ts';
import { type ModelSpec, parseModelSpec } from '../../contracts/model-spec/model-spec.ts';
import { corpusNames, interleave, readCorpusMails } from '../../examples/mail-filter/corpus.ts';
import { readSettings } from '../../settings/settings.ts';
import { readStack, startStack, stopStack } from '../../stack/control.ts';
import { poll } from './poll.ts';

export const model = 'small-filter';
const pool = 240;
const live = 360;
const bucket = 'loop-labels';

export type LoopWorld = Awaited<ReturnType<typeof openLoopWorld>>;

/** Starts everything; a hundred mails of each kind and two files that are no mails lie in the inbox. */
export async function openLoopWorld() {
  const home = await mkdtemp(join(tmpdir(), 'coppice-loop-'));
  const inbox = join(home, 'inbox');
  const mails = await chooseMails();
  await writeInbox(inbox, mails.slice(0, pool));
  const stack = await startStack({
    home: join(home, 'stack'),
    environment: process.env,
    options: { profile: 'tour', ports: 'anywhere', leashed: true },
    timeoutMs: 180_000,
  });
  const settings = readSettings({ ...process.env, ...stack.environment });
  const { endpoint, accessKey, secretKey, region } = settings.store;
  const objects = createMinioObjectStore({
    endpoint,
    accessKey,
    secretKey: secretKey.reveal(),
    region,
    bucket,
  });
  await objects.ensureBucket({ objectLock: false });
  const client = await connectCoppice(settings);
  const poolLabels: DocumentLabel[] = mails
    .slice(0, pool)
    .map(({ label }, position) => ({ document: `inbox/${nameOf(position)}`, label }));

  return {
    home: stack.home,
    environment: { ...stack.environment },
    settings,
    client,
    control: createControlApi(settings.controlUrl),
    spec: smallSpec(inbox),
    mails: mails.slice(pool),
    poolLabels,
    label: (batch: string, labels: readonly DocumentLabel[]) =>
      objects.put(`${batch}.jsonl`, Buffer.from(labels.map((label) => JSON.stringify(label)).join('\n'))),
    componentPid: async (name: 'worker') => (await readStack(stack.home))?.components[name]?.pid ?? undefined,
    /** Starts a run and waits until it has ended, and until the rollout that it brings has ended. */
    makeVersion: async (run: string): Promise<number> => {
      const decision = await client.retrain(model, { trigger: { kind: 'person', name: 'test' }, run });
      const { version } = await client.lifecycleResult(decision.workflowId ?? '');
      if (version === undefined) throw new Error(`${run} made no version`);
      return version;
    },
    rolloutOf: async (version: number) => {
      await poll(`rollout of ${version}`, () => client.rolloutStatus(model, version), 60_000);
      return client.rolloutResult(model, version);
    },
    close: async () => {
      await client.close();
      await stopStack(stack.home);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Real mails, in the order of the tour's stream, near-duplicates and all. */
async function chooseMails() {
  const names = await corpusNames();
  const every = Math.floor(names.length / 1_400);
  const some = await readCorpusMails(names.filter((_, position) => position % every === 0));
  return interleave(some, { spamShare: 0.4, length: pool + live });
}

const nameOf = (position: number): string => `${String(position + 1).padStart(5, '0')}.eml`;

async function writeInbox(folder: string, mails: readonly { bytes: Uint8Array }[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [position, { bytes }] of mails.entries()) await writeFile(join(folder, nameOf(position)), bytes);
  await writeFile(join(folder, 'empty.eml'), '');
  await writeFile(join(folder, 'picture.eml'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0, 0xff, 0xfe]));
}

function smallSpec(inbox: string): ModelSpec {
  const parsed = parseModelSpec({
    name: model,
    task: 'text-classification',
    collection: {
      sources: [{ kind: 'mail-folder', name: 'inbox', path: inbox }],
      labels: [{ kind: 'label-objects', bucket }],
    },
    cleaning: { steps: [{ step: 'decode-mail' }, { step: 'strip-html' }, { step: 'normalize-unicode' }] },
    tokenizer: { vocabularySize: 800 },
    model: { layers: 1, hiddenSize: 32, heads: 2, contextLength: 48 },
    training: { fineTuning: { maximumSteps: 50, batchSize: 16, epochs: 50, learningRate: 5e-3 } },
    evaluation: { holdout: 40, positiveLabel: 'spam' },
    rollout: {
      steps: [0.5],
      lookEverySeconds: 0.5,
      minimumSample: 30,
      optimalSample: 100,
      maximumSample: 300,
      stepMinimumSample: 5,
      stepMinimumSeconds: 0,
      watchSeconds: 1,
      patienceSeconds: 90,
      guardrails: { minimumRequests: 0, maximumErrorRate: 0.5, maximumP95LatencyMs: 30_000 },
    },
    monitoring: { qualityObjective: 0.99, minimumLabels: 20, forSeconds: 0 },
    retraining: { cooldownSeconds: 0, strategy: 'full' },
  });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.spec;
}
