import { beforeAll, describe, expect, it } from 'vitest';
import type { RunTrainingJob } from '../../../../activities/training.ts';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import type { FineTuningJob, TrainingOutcome } from '../../../../contracts/training-job.ts';
import { reachableOf } from '../../../../pipeline/graph/ir.ts';
import type { TrainingPlan } from '../../../../pipeline/training/session.ts';
import type { TrainerContext } from '../../../../worker/trainer/context.ts';
import { runJob } from '../../../../worker/trainer/run-job.ts';
import { withinMemory } from '../../../../worker/trainer/within-memory.ts';
import { usePlainBackend } from '../../pipeline/model/plain-backend.ts';
import { createTinyTrainer, fineTuningJob } from './tiny-job.ts';

beforeAll(usePlainBackend);

const everyStep = { checkpointEverySeconds: 1e-9 };
const watching = { signal: new AbortController().signal, onProgress: () => undefined };

/** Rows that a plan computes at once. */
function rowsOf(plan: TrainingPlan): number {
  const inputs = Object.values(plan.losses).flatMap((loss) => reachableOf([loss], 'input'));
  return inputs.find(({ attributes }) => attributes.name === 'mask')?.shape[0] ?? 0;
}

/**
 * A trainer whose memory is short from a step on.
 * @param most rows that fit
 */
function createSmallTrainer(most: number, fromStep = 0) {
  const trainer = createTinyTrainer();
  const asked: (number | undefined)[] = [];
  const cramped = (context: TrainerContext): TrainerContext => ({
    ...context,
    openSession: async (plan, vectors) => {
      const session = await context.openSession(plan, vectors);
      return {
        ...session,
        step: (program, feeds, at) => {
          if (rowsOf(plan) > most && at.step >= fromStep)
            throw new Error('OOM when allocating tensor with shape[8,2,10,10]');
          return session.step(program, feeds, at);
        },
      };
    },
  });
  const runOnce =
    (stopAfter?: number): RunTrainingJob =>
    (job) => {
      if (job.kind !== 'scoring') asked.push(job.options.microBatchSize);
      return runJob(job, cramped(trainer.context(stopAfter)));
    };
  const train = async (job: FineTuningJob, stopAfter?: number): Promise<TrainingOutcome> => {
    const outcome = await withinMemory(runOnce(stopAfter), trainer)(job, watching);
    if (!('weights' in outcome)) throw new Error('expected a training outcome');
    return outcome;
  };
  return { ...trainer, train, asked };
}

const lossesOf = ({ curve }: TrainingOutcome): number[] => curve.map(({ trainingLoss }) => trainingLoss ?? 0);

describe('a training that does not fit into memory', () => {
  it('halves the rows that it computes at once until they fit, and learns the same', async () => {
    const whole = createSmallTrainer(Infinity);
    const expected = await whole.train(await fineTuningJob(whole.artifacts, {}, { dropout: 0.1 }));
    const { artifacts, train, asked } = createSmallTrainer(3);
    const outcome = await train(await fineTuningJob(artifacts, {}, { dropout: 0.1 }));
    expect(asked).toEqual([undefined, 4, 2]);
    expect(outcome.environment).toMatchObject({ microBatchSize: '2' });
    expect(expected.environment).not.toHaveProperty('microBatchSize');
    for (const [index, loss] of lossesOf(outcome).entries()) {
      expect(loss).toBeCloseTo(lossesOf(expected)[index], 3);
    }
  });

  it('goes on from its last checkpoint, and a run that is resumed later computes as few rows from the start', async () => {
    const { artifacts, train, asked } = createSmallTrainer(4, 10);
    const job = await fineTuningJob(artifacts, {}, everyStep);
    await expect(train(job, 15)).rejects.toMatchObject({ type: 'TrainingInterrupted' });
    const outcome = await train(job);
    expect(asked).toEqual([undefined, 4, 4]);
    expect(outcome.resumedFromStep).toBeGreaterThan(10);
    expect(outcome.environment).toMatchObject({ microBatchSize: '4' });
  });

  it('fails where one row is too much, and says so', async () => {
    const { artifacts, train, asked } = createSmallTrainer(0);
    const error: unknown = await train(await fineTuningJob(artifacts)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CoppiceFailure);
    expect(error).toMatchObject({
      type: 'OutOfMemory',
      message:
        'OOM when allocating tensor with shape[8,2,10,10], with one row at once; a shorter context or a smaller model needs less',
    });
    expect(asked).toEqual([undefined, 4, 2, 1]);
  });
});
