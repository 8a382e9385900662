// Trials of a search, on the plain backend: the beginning of a phase, which the phase itself can go on from.
import { beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../../artifacts/artifact-store.ts';
import { readObject } from '../../../../artifacts/object-store.ts';
import type { PhaseJob, TrainingOutcome, TrialOutcome } from '../../../../contracts/training-job.ts';
import { openCheckpoints, removeCheckpoints } from '../../../../worker/trainer/checkpoint.ts';
import type { TrainerContext } from '../../../../worker/trainer/context.ts';
import { runJob } from '../../../../worker/trainer/run-job.ts';
import { usePlainBackend } from '../../pipeline/model/plain-backend.ts';
import {
  autoregressiveJob,
  createTinyTrainer,
  fineTuningJob,
  pretrainingJob,
  putTinyStream,
} from './tiny-job.ts';
import { supervisedJob } from './tiny-pairs.ts';

beforeAll(usePlainBackend);

async function train(job: PhaseJob, context: TrainerContext): Promise<TrainingOutcome> {
  const outcome = await runJob(job, context);
  if (!('weights' in outcome)) throw new Error('expected a training outcome');
  return outcome;
}

async function tryOut(job: PhaseJob, context: TrainerContext): Promise<TrialOutcome> {
  const outcome = await runJob(job, context);
  if (!('validationLoss' in outcome)) throw new Error('expected what a trial came to');
  return outcome;
}

/** The numbers, without how long they took. */
const figuresOf = ({ validationLoss, steps, plannedSteps }: TrialOutcome) => ({
  validationLoss,
  steps,
  plannedSteps,
});

const earlyStopping = { patience: 50, share: 0.25, validationsPerEpoch: 1 };
const phases: Record<string, (artifacts: ArtifactStore) => Promise<PhaseJob>> = {
  'fine-tuning': (artifacts) => fineTuningJob(artifacts, {}, { epochs: 3, earlyStopping, dropout: 0.1 }),
  'masked pretraining': (artifacts) => pretrainingJob(artifacts, { epochs: 2, earlyStopping }),
  'autoregressive pretraining': (artifacts) =>
    autoregressiveJob(artifacts, { options: { batchSize: 8, epochs: 2, learningRate: 0.04, earlyStopping } }),
  'supervised fine-tuning': (artifacts) => supervisedJob(artifacts, {}, { epochs: 2, earlyStopping }),
};

describe.each(Object.entries(phases))('a trial of %s', (_, make) => {
  it('stops at its step, and the phase goes on from there to the model of one that never stopped', async () => {
    const whole = createTinyTrainer();
    const alone = await train(await make(whole.artifacts), whole.context());
    const { artifacts, context } = createTinyTrainer();
    const job = await make(artifacts);
    const first = await tryOut({ ...job, stopAtStep: 3 }, context());
    expect(first).toMatchObject({ steps: 3, resumedFromStep: 0, plannedSteps: alone.steps });
    const second = await tryOut({ ...job, stopAtStep: 6 }, context());
    expect(second).toMatchObject({ steps: 6, resumedFromStep: 3 });
    const finished = await train(job, context());
    expect(finished.resumedFromStep).toBe(6);
    expect(finished.weights.digest).toBe(alone.weights.digest);
    expect([finished.curve, finished.earlyStopping]).toEqual([alone.curve, alone.earlyStopping]);
  });

  it('comes to the same wherever it was killed, and whether it went on or began anew', async () => {
    const once = createTinyTrainer();
    const alone = await tryOut({ ...(await make(once.artifacts)), stopAtStep: 6 }, once.context());
    const { artifacts, context } = createTinyTrainer();
    const job = { ...(await make(artifacts)), stopAtStep: 6 };
    await expect(runJob(job, context(3))).rejects.toMatchObject({ type: 'TrainingInterrupted' });
    expect(figuresOf(await tryOut(job, context()))).toEqual(figuresOf(alone));
    // Asked for once more, as where a worker died before it could say so.
    expect(figuresOf(await tryOut(job, context()))).toEqual(figuresOf(alone));
  });

  it('begins anew where its key has gone further since', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await make(artifacts);
    const first = await tryOut({ ...job, stopAtStep: 4 }, context());
    await tryOut({ ...job, stopAtStep: 6 }, context());
    expect(await tryOut({ ...job, stopAtStep: 4 }, context())).toMatchObject(figuresOf(first));
    await train(job, context());
    expect(await tryOut({ ...job, stopAtStep: 4 }, context())).toMatchObject(figuresOf(first));
  });

  it('ends with the phase where that is shorter', async () => {
    const { artifacts, context } = createTinyTrainer();
    const trial = await tryOut({ ...(await make(artifacts)), stopAtStep: 10_000 }, context());
    expect(trial.steps).toBe(trial.plannedSteps);
  });
});

describe('a trial', () => {
  it('of a phase without early stopping is validated on a share of what it would train on', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await fineTuningJob(artifacts, {}, { epochs: 1 });
    const all = await tryOut({ ...job, stopAtStep: 99 }, context());
    const less = await tryOut({ ...job, key: 'less', stopAtStep: 99, validationShare: 0.2 }, context());
    expect([all.plannedSteps, less.plannedSteps]).toEqual([5, 4]);
    expect(less.validationLoss).not.toBe(all.validationLoss);
  });

  it('that ended early stays as good as its best step, and takes no more steps', async () => {
    const { artifacts, context } = createTinyTrainer();
    const hasty = { epochs: 12, learningRate: 0.2, schedule: 'constant', warmupFraction: 0, dropout: 0 };
    const job = await pretrainingJob(artifacts, {
      ...hasty,
      earlyStopping: { patience: 2, share: 0.25, validationsPerEpoch: 1 },
    });
    const first = await tryOut({ ...job, stopAtStep: 40 }, context());
    expect(first.steps).toBeLessThan(40);
    const second = await tryOut({ ...job, stopAtStep: 50 }, context());
    expect(figuresOf(second)).toEqual(figuresOf(first));
    const whole = await train(job, context());
    expect(whole.steps).toBe(first.steps);
    expect(first.validationLoss).toBeCloseTo(whole.earlyStopping?.keptLoss ?? 0, 9);
  });

  it('leaves a checkpoint, which is removed with its key', async () => {
    const { artifacts, objects, context } = createTinyTrainer();
    const job = { ...(await fineTuningJob(artifacts)), stopAtStep: 3 };
    await tryOut(job, context());
    const pointer = `checkpoints/${job.key}/latest.json`;
    const { reference } = JSON.parse(String(await readObject(objects, pointer))) as {
      reference: Parameters<ArtifactStore['has']>[0];
    };
    expect(await artifacts.has(reference)).toBe(true);
    await removeCheckpoints(objects, job.key);
    expect(await readObject(objects, pointer)).toBeUndefined();
    expect(await artifacts.has(reference)).toBe(false);
    await removeCheckpoints(objects, job.key);
    expect(await openCheckpoints(job, { artifacts, objects }).microBatchSize()).toBeUndefined();
  });

  it('has nothing to say where a single window is all that there is', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await autoregressiveJob(artifacts, { tokens: await putTinyStream(artifacts, {}, 1) });
    const architecture = { ...job.architecture, contextLength: 20 };
    const trial = { ...job, architecture, heldOutDocuments: 0, stopAtStep: 1, validationShare: 0.1 };
    await expect(runJob(trial, context())).rejects.toMatchObject({ type: 'InvalidInput' });
  });
});
