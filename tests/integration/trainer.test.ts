// The trainer process on native TensorFlow and a real MinIO: killed, stopped and orphaned.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrainingJob, TrainingProgress } from '../../contracts/training-job.ts';
import type { FromTrainer, StoreAddress } from '../../worker/trainer/messages.ts';
import type { SupervisionOptions } from '../../worker/trainer/supervise.ts';
import { poll } from '../support/poll.ts';
import type { TrainerWorld } from '../support/trainer-world.ts';
import { failureOf, openTrainerWorld } from '../support/trainer-world.ts';
import { fineTuningJob } from '../unit/worker/trainer/tiny-job.ts';

let world: TrainerWorld;
beforeAll(async () => {
  world = await openTrainerWorld();
});
afterAll(() => world.close());

/** A hundred steps; with `0.01` there is a checkpoint at almost every one. */
const job = (key: string, checkpointEverySeconds = 60, options: Readonly<Record<string, unknown>> = {}) =>
  fineTuningJob(
    world.store.artifacts,
    { key },
    { epochs: 20, dropout: 0.1, checkpointEverySeconds, ...options },
  );

/** SIGKILL once there is a checkpoint behind the training. */
function killOnceSaved(): Pick<SupervisionOptions, 'onStart' | 'onProgress'> {
  let pid = 0;
  return {
    onStart: (started) => {
      pid = started;
    },
    onProgress: ({ checkpointStep = 0 }: TrainingProgress) => {
      if (checkpointStep > 0) process.kill(pid, 'SIGKILL');
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a trainer', () => {
  it('that was killed with SIGKILL and resumed ends with the same model as one that was not', async () => {
    const uninterrupted = await world.train(await job('uninterrupted'));
    const killed = await job('killed', 0.01);
    const failure = await failureOf(world.train(killed, killOnceSaved()));
    expect([failure.type, failure.details.signal]).toEqual(['TrainingInterrupted', 'SIGKILL']);
    const resumed = await world.train(killed);
    expect(resumed.resumedFromStep).toBeGreaterThan(0);
    expect(resumed.resumedFromStep).toBeLessThan(resumed.steps);
    expect(resumed.weights.digest).toBe(uninterrupted.weights.digest);
    expect(resumed.environment).toMatchObject({ backend: 'tensorflow', node: process.version });
  });

  it('ends with the same model as well where it computes in parts, by Adafactor, and averages the weights', async () => {
    const options = { epochs: 10, microBatchSize: 3, optimizer: 'adafactor', averaging: { decay: 0.9 } };
    const uninterrupted = await world.train(await job('uninterrupted in parts', 60, options));
    const killed = await job('killed in parts', 0.01, options);
    await failureOf(world.train(killed, killOnceSaved()));
    const resumed = await world.train(killed);
    expect(resumed.resumedFromStep).toBeGreaterThan(0);
    expect(resumed.weights.digest).toBe(uninterrupted.weights.digest);
    expect(resumed.environment).toMatchObject({ microBatchSize: '3' });
  });

  it('writes a checkpoint and stops when it is told to, and a retry after the end answers at once', async () => {
    const training = await job('stopped');
    const controller = new AbortController();
    const failure = await failureOf(
      world.train(training, { signal: controller.signal, onProgress: () => controller.abort() }),
    );
    expect(failure.type).toBe('TrainingInterrupted');
    const resumed = await world.train(training);
    expect(resumed.resumedFromStep).toBe(failure.details.step);
    expect(await world.train(training)).toEqual(resumed);
  });

  it('reports its steps, and scores what it has trained', async () => {
    const progress: TrainingProgress[] = [];
    const training = await job('scored');
    const { weights, steps } = await world.train(training, { onProgress: (it) => progress.push(it) });
    expect(progress.at(-1)).toMatchObject({ phase: 'fine-tuning', step: steps, totalSteps: steps });
    const scores = await world.run({ kind: 'scoring', tokens: training.tokens, weights, rows: [40, 41] });
    expect(scores).toHaveProperty('probabilities.digest');
  });

  it('trains a job that lacks fields, as one that was sent before they were there, with their defaults', async () => {
    const whole = await job('with all fields');
    const { schedule: _schedule, optimizer: _optimizer, precision: _precision, ...options } = whole.options;
    const { classWeights: _weights, ...older } = options;
    const outcome = await world.train({ ...whole, key: 'older', options: older } as TrainingJob);
    expect(outcome.weights.digest).toBe((await world.train(whole)).weights.digest);
  });

  it('names what is wrong with a job, as a failure of the table', async () => {
    const training = await job('wrong');
    const failure = await failureOf(world.train({ ...training, labels: ['low'] }));
    expect([failure.type, failure.message]).toEqual(['InvalidInput', expect.stringContaining('label 1')]);
  });

  it('ends with its supervisor, whatever it is doing', async () => {
    const entry = fileURLToPath(new URL('../../worker/trainer/main.ts', import.meta.url));
    const child = fork(entry, {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const { secretKey, ...address } = world.settings.store;
    const plain: StoreAddress = { ...address, secretKey: secretKey.reveal() };
    child.send({ kind: 'start', job: await job('orphaned'), store: plain, home: world.home });
    const [first] = (await once(child, 'message')) as [FromTrainer];
    expect(first.kind).toBe('progress');
    child.disconnect();
    const { pid = 0 } = child;
    await poll('the trainer has ended', () => !isAlive(pid), 20_000);
  });
});
