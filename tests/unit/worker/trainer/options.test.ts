import { beforeAll, expect, it } from 'vitest';
import type { TrainingOutcome } from '../../../../contracts/training-job.ts';
import { readModel } from '../../../../pipeline/model/model-files.ts';
import { openPlainSession } from '../../../../pipeline/training/plain-session.ts';
import type { OpenSession, Vectors } from '../../../../pipeline/training/session.ts';
import { readModelFiles } from '../../../../worker/trainer/inputs.ts';
import { runJob } from '../../../../worker/trainer/run-job.ts';
import { usePlainBackend } from '../../pipeline/model/plain-backend.ts';
import { createTinyTrainer, fineTuningJob } from './tiny-job.ts';

beforeAll(usePlainBackend);

/** Trains to the end, stopped once after some steps where that is asked for. */
async function train(
  options: Readonly<Record<string, unknown>>,
  stopAfter?: number,
): Promise<TrainingOutcome> {
  const { artifacts, context } = createTinyTrainer();
  const job = await fineTuningJob(artifacts, {}, { dropout: 0.1, epochs: 3, ...options });
  if (stopAfter !== undefined) {
    await expect(runJob(job, context(stopAfter))).rejects.toMatchObject({ type: 'TrainingInterrupted' });
  }
  const outcome = await runJob(job, context());
  if (!('weights' in outcome)) throw new Error('expected a training outcome');
  return outcome;
}

it.each([
  ['in parts', { microBatchSize: 3 }],
  ['by Adafactor', { optimizer: 'adafactor' }],
  ['with averaged weights', { averaging: { decay: 0.8 } }],
])(
  'a phase that is trained %s ends with the same model where it was stopped and resumed',
  async (_, options) => {
    const uninterrupted = await train(options);
    const resumed = await train(options, 7);
    expect([resumed.resumedFromStep, resumed.weights.digest]).toEqual([7, uninterrupted.weights.digest]);
    expect(resumed.curve).toEqual(uninterrupted.curve);
  },
);

it('writes the average of the weights where there is one', async () => {
  const { artifacts, context } = createTinyTrainer();
  const job = await fineTuningJob(artifacts, {}, { averaging: { decay: 0.8 } });
  let last: Vectors = {};
  const openSession: OpenSession = async (plan, vectors) => {
    const session = await openPlainSession(plan, vectors);
    const dispose = () => {
      last = session.read();
    };
    return { ...session, dispose };
  };
  const outcome = await runJob(job, { ...context(), openSession });
  if (!('weights' in outcome)) throw new Error('expected a training outcome');
  const { parameters } = readModel(await readModelFiles(artifacts, outcome.weights));
  expect(parameters).toEqual(last.averages);
  expect(parameters).not.toEqual(last.parameters);
});
