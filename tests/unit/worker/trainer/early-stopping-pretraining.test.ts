// Early stopping of pretraining, masked and autoregressive, on the plain backend.
import { beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../../artifacts/artifact-store.ts';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import type { PretrainingJob, TrainingOutcome } from '../../../../contracts/training-job.ts';
import { jobDigest } from '../../../../worker/trainer/checkpoint.ts';
import type { TrainerContext } from '../../../../worker/trainer/context.ts';
import { runJob } from '../../../../worker/trainer/run-job.ts';
import { usePlainBackend } from '../../pipeline/model/plain-backend.ts';
import { autoregressiveJob, createTinyTrainer, pretrainingJob } from './tiny-job.ts';

beforeAll(usePlainBackend);

async function train(job: PretrainingJob, context: TrainerContext): Promise<TrainingOutcome> {
  const outcome = await runJob(job, context);
  if (!('weights' in outcome)) throw new Error('expected a training outcome');
  return outcome;
}

type Make = (artifacts: ArtifactStore, options?: object) => Promise<PretrainingJob>;

/** Rates that are far too high: what is learned is soon unlearned. */
const hasty = { batchSize: 8, epochs: 12, schedule: 'constant', warmupFraction: 0, dropout: 0 };
const earlyStopping = { patience: 2, validationsPerEpoch: 2, share: 0.25 };
const phases: Record<string, Make> = {
  masked: (artifacts, options) =>
    pretrainingJob(artifacts, { ...hasty, learningRate: 0.1, earlyStopping, ...options }),
  autoregressive: (artifacts, options) =>
    autoregressiveJob(artifacts, { options: { ...hasty, learningRate: 0.2, earlyStopping, ...options } }),
};

describe.each(Object.entries(phases))('%s pretraining with early stopping', (_, make) => {
  it('ends before its last step and writes the weights of its lowest validation loss', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await make(artifacts);
    const { steps, curve, weights, earlyStopping: ended } = await train(job, context());
    if (ended === undefined) throw new Error('expected that it tells how it ended');
    expect(steps).toBeLessThan(ended.plannedSteps);
    expect(curve.at(-1)?.step).toBe(steps);
    const losses = curve.flatMap(({ validationLoss }) => validationLoss ?? []);
    expect(curve.filter(({ kept }) => kept)).toEqual([
      expect.objectContaining({ step: ended.keptStep, validationLoss: Math.min(...losses) }),
    ]);
    const shorter = { ...job, key: 'shorter', options: { ...job.options, maximumSteps: ended.keptStep } };
    expect((await train(shorter, context())).weights.digest).toBe(weights.digest);
  });

  it('ends with the same model where it was stopped at any step and resumed', async () => {
    const whole = createTinyTrainer();
    const alone = await train(await make(whole.artifacts), whole.context());
    const kept = alone.earlyStopping?.keptStep ?? 0;
    for (const stopAfter of [kept - 1, kept, kept + 1, alone.steps]) {
      if (stopAfter < 1) continue;
      const { artifacts, context } = createTinyTrainer();
      const job = await make(artifacts);
      await expect(runJob(job, context(stopAfter))).rejects.toMatchObject({ type: 'TrainingInterrupted' });
      const resumed = await train(job, context());
      expect([resumed.resumedFromStep, resumed.weights.digest]).toEqual([stopAfter, alone.weights.digest]);
      expect([resumed.curve, resumed.earlyStopping]).toEqual([alone.curve, alone.earlyStopping]);
    }
  });

  it('goes to its last step where it is patient, over what is left to train on', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await make(artifacts, { epochs: 1, earlyStopping: { ...earlyStopping, patience: 99 } });
    const { steps, earlyStopping: ended } = await train(job, context());
    const all = await train(
      { ...job, key: 'all', options: { ...job.options, earlyStopping: undefined } },
      context(),
    );
    expect(ended?.plannedSteps).toBe(steps);
    expect(steps).toBe(Math.ceil(0.75 * all.steps));
  });

  it('is another job than one that takes every step, which is the job that it was', async () => {
    const { artifacts } = createTinyTrainer();
    const job = await make(artifacts);
    const { earlyStopping: _, ...every } = job.options;
    expect(jobDigest({ ...job, options: every })).not.toBe(jobDigest(job));
    expect(jobDigest({ ...job, options: { ...every, earlyStopping: undefined } })).toBe(
      jobDigest({ ...job, options: every }),
    );
  });
});

describe('masked pretraining', () => {
  it('neither trains nor validates on rows that are held out', async () => {
    const { artifacts, context } = createTinyTrainer();
    const heldOutExamples = await artifacts.putJson(
      Array.from({ length: 16 }, (_, row) => ({ row: 32 + row, label: 1 })),
    );
    const job = { ...(await pretrainingJob(artifacts, { ...hasty, epochs: 1 })), heldOutExamples };
    expect((await train(job, context())).steps).toBe(32 / 8);
    const all = await artifacts.putJson(Array.from({ length: 48 }, (_, row) => ({ row })));
    const none = runJob({ ...job, key: 'none', heldOutExamples: all }, context());
    const error: unknown = await none.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CoppiceFailure);
    expect(error).toMatchObject({ type: 'InvalidInput', details: { rows: 48 } });
  });
});
