// A trainer that is killed again and again, each time at another point of the same phase, ends with the model of one that
// was left alone. What it asks of the store says where it is: between the two stands a proxy that kills it there.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { readObject } from '../../artifacts/object-store.ts';
import type {
  FineTuningJob,
  PretrainingJob,
  SupervisedFineTuningJob,
  TrainingOutcome,
} from '../../contracts/training-job.ts';
import type { PassedRequest, StoreProxy } from '../support/store-proxy.ts';
import { startStoreProxy } from '../support/store-proxy.ts';
import type { TrainerWorld } from '../support/trainer-world.ts';
import { failureOf, openTrainerWorld } from '../support/trainer-world.ts';
import {
  autoregressiveJob,
  fineTuningJob,
  pretrainingJob,
  taggingJob,
} from '../unit/worker/trainer/tiny-job.ts';
import { loraJob } from '../unit/worker/trainer/tiny-pairs.ts';

type Job = PretrainingJob | FineTuningJob | SupervisedFineTuningJob;

let world: TrainerWorld;
let proxy: StoreProxy;
beforeAll(async () => {
  world = await openTrainerWorld();
  proxy = await startStoreProxy(world.endpoint);
});
afterAll(async () => {
  await proxy.stop();
  await world.close();
});

/** Where a trainer is killed. */
interface Kill {
  readonly at: string;
  readonly checkpointEverySeconds: number;
  /** The `nth` request like this is the trainer's last; absent: it dies at its first report. */
  readonly request?: { readonly like: RegExp; readonly nth: number };
  /** Where the next one goes on. */
  readonly resumesAt: number;
}

const never = 3_600;
const always = 1e-6; // after each step
const blob = /^PUT \S+\/blobs\/sha256\//;
const pointer = /^PUT \S+\/latest\.json/;
const removal = /^DELETE \S+\/blobs\/sha256\//;

/** In the order in which one job meets them; an epoch has a handful of steps. */
const kills: readonly Kill[] = [
  { at: 'its first step', checkpointEverySeconds: never, resumesAt: 0 },
  {
    at: 'the writing of its first checkpoint',
    checkpointEverySeconds: always,
    request: { like: blob, nth: 1 },
    resumesAt: 0,
  },
  {
    at: 'step 3, its checkpoint written but not pointed to',
    checkpointEverySeconds: always,
    request: { like: pointer, nth: 3 },
    resumesAt: 2,
  },
  {
    at: 'step 7, before the checkpoint of step 6 is removed',
    checkpointEverySeconds: always,
    request: { like: removal, nth: 5 },
    resumesAt: 7,
  },
  {
    at: 'its end, the model written and nobody told',
    checkpointEverySeconds: never,
    request: { like: pointer, nth: 1 },
    resumesAt: 7,
  },
];

const withInterval = <J extends Job>(job: J, checkpointEverySeconds: number): J => ({
  ...job,
  options: { ...job.options, checkpointEverySeconds },
});

/** @returns once the trainer is dead */
async function killAt(job: Job, { at, checkpointEverySeconds, request }: Kill): Promise<void> {
  let pid = 0;
  let met = 0;
  const kill = () => process.kill(pid, 'SIGKILL');
  proxy.fault = ({ method, url }: PassedRequest) => {
    if (request === undefined || !request.like.test(`${method} ${url}`)) return undefined;
    met += 1;
    if (met !== request.nth) return undefined;
    // Half of it is on its way, or none.
    setImmediate(kill);
    return { kind: 'cut-request', afterBytes: 0 };
  };
  const failure = await failureOf(
    world.train(withInterval(job, checkpointEverySeconds), {
      settings: world.settingsAt(proxy.endpoint),
      onStart: (started) => (pid = started),
      onProgress: () => request === undefined && kill(),
    }),
  );
  proxy.fault = () => undefined;
  expect([at, failure.type, failure.details.signal]).toEqual([at, 'TrainingInterrupted', 'SIGKILL']);
}

const phases: Record<string, (artifacts: ArtifactStore) => Promise<Job>> = {
  'masked pretraining': (artifacts) => pretrainingJob(artifacts),
  'autoregressive pretraining': (artifacts) => autoregressiveJob(artifacts),
  'masked pretraining with early stopping': (artifacts) =>
    pretrainingJob(artifacts, { epochs: 8, earlyStopping: { patience: 20 } }),
  'autoregressive pretraining with early stopping': (artifacts) =>
    autoregressiveJob(artifacts, {
      options: {
        batchSize: 8,
        epochs: 4,
        learningRate: 0.04,
        dropout: 0.05,
        earlyStopping: { patience: 20 },
      },
    }),
  'fine-tuning': (artifacts) => fineTuningJob(artifacts, {}, { epochs: 4, dropout: 0.1 }),
  'fine-tuning on tokens': (artifacts) =>
    taggingJob(artifacts, { epochs: 4, dropout: 0.1, classWeights: 'balanced' }),
  'supervised fine-tuning by adapters': (artifacts) => loraJob(artifacts, {}, { epochs: 2 }),
};

describe.each(Object.entries(phases))('%s', (phase, make) => {
  let job: Job;
  let alone: TrainingOutcome;
  beforeAll(async () => {
    job = { ...(await make(world.store.artifacts)), key: `${phase}/killed` };
    alone = await world.train(withInterval({ ...job, key: `${phase}/alone` }, never));
  });

  it.each(kills)('goes on after a kill at $at', async (kill) => {
    await killAt(job, kill);
    const latest = await readPointer(job.key);
    expect(latest?.step ?? 0).toBe(kill.resumesAt);
  });

  it('ends with the model of one that was left alone, whatever killed it on the way', async () => {
    const resumed = await world.train(withInterval(job, never));
    expect(resumed.resumedFromStep).toBe(kills.at(-1)?.resumesAt);
    expect(resumed.steps).toBe(alone.steps);
    expect(resumed.weights.digest).toBe(alone.weights.digest);
    expect(resumed.curve).toEqual(alone.curve);
  });
});

async function readPointer(key: string): Promise<{ step: number } | undefined> {
  const bytes = await readObject(world.store.buckets.artifacts, `checkpoints/${key}/latest.json`);
  return bytes && (JSON.parse(bytes.toString()) as { step: number });
}
