import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainingJob, TrainingOutcome } from '../../../../contracts/training-job.ts';
import { batchesAhead } from '../../../../worker/trainer/batch-thread.ts';
import type { Batches, BatchRecipe } from '../../../../worker/trainer/batches.ts';
import { batchMaker } from '../../../../worker/trainer/batches.ts';
import type { TrainerContext } from '../../../../worker/trainer/context.ts';
import { runJob } from '../../../../worker/trainer/run-job.ts';
import { usePlainBackend } from '../../pipeline/model/plain-backend.ts';
import { autoregressiveJob, createTinyTrainer, fineTuningJob, pretrainingJob } from './tiny-job.ts';

beforeAll(usePlainBackend);

async function train(job: TrainingJob, context: TrainerContext): Promise<TrainingOutcome> {
  const outcome = await runJob(job, context);
  if (!('weights' in outcome)) throw new Error('expected a training outcome');
  return outcome;
}

/** @returns a context whose batches are looked at, and what was seen */
function watched(context: TrainerContext, look: (recipe: BatchRecipe, batches: Batches) => Batches) {
  const ended: string[] = [];
  const openBatches: TrainerContext['openBatches'] = (recipe, span) => {
    const batches = look(recipe, batchesAhead(recipe, span));
    return {
      ...batches,
      close: async () => {
        await batches.close();
        ended.push(recipe.kind);
      },
    };
  };
  return { context: { ...context, openBatches }, ended };
}

const kinds = [
  { kind: 'fine-tuning', jobOf: fineTuningJob },
  { kind: 'masked', jobOf: (...[artifacts]: Parameters<typeof fineTuningJob>) => pretrainingJob(artifacts) },
  { kind: 'autoregressive', jobOf: autoregressiveJob },
] as const;

describe('batches that a thread prepares', () => {
  it.each(kinds)('are those that are made when they are needed: $kind', async ({ kind, jobOf }) => {
    const { artifacts, context } = createTinyTrainer();
    const job = await jobOf(artifacts);
    const compared: number[] = [];
    const { context: watching, ended } = watched(context(5), (recipe, batches) => {
      const make = batchMaker(recipe);
      return {
        ...batches,
        next: async (step) => {
          const batch = await batches.next(step);
          expect(batch).toEqual(make(step));
          compared.push(step);
          return batch;
        },
      };
    });
    await expect(runJob(job, watching)).rejects.toMatchObject({ type: 'TrainingInterrupted' });
    expect(compared).toEqual([0, 1, 2, 3, 4]);
    expect(ended).toEqual([kind]);
  });

  it('end in the same model, also where the run was stopped and resumed between', async () => {
    const { artifacts, context } = createTinyTrainer();
    const short = { maximumSteps: 9 };
    const without = await train(await fineTuningJob(artifacts, {}, short), context());
    const openBatches = batchesAhead;
    const ahead = await fineTuningJob(artifacts, { key: 'ahead' }, short);
    await expect(runJob(ahead, { ...context(7), openBatches })).rejects.toMatchObject({
      type: 'TrainingInterrupted',
    });
    const resumed = await train(ahead, { ...context(), openBatches });
    expect(resumed.resumedFromStep).toBe(7);
    expect(resumed.weights.digest).toBe(without.weights.digest);
  }, 60_000); // two threads are started, and load what they need

  it('fail the phase with what went wrong in the thread', async () => {
    const { artifacts, context } = createTinyTrainer();
    const openBatches: TrainerContext['openBatches'] = (recipe, span) => {
      if (recipe.kind !== 'fine-tuning') throw new TypeError('expected a classification');
      const { tokens } = recipe.task;
      const ids = { ...tokens.ids, descriptor: 1_000_000 }; // no such file is open
      return batchesAhead({ ...recipe, task: { ...recipe.task, tokens: { ...tokens, ids } } }, span);
    };
    const job = await fineTuningJob(artifacts);
    await expect(runJob(job, { ...context(), openBatches })).rejects.toThrow(/EBADF/);
  });

  it('carry a failure of the table as one', async () => {
    const { artifacts, context } = createTinyTrainer();
    const openBatches: TrainerContext['openBatches'] = (recipe, span) => {
      if (recipe.kind !== 'fine-tuning') throw new TypeError('expected a classification');
      const { tokens } = recipe.task;
      const ids = { ...tokens.ids, length: 1e9 };
      const training = [{ row: 1_000, label: 0 }]; // beyond the file's end
      const lengths = new Uint16Array(1_001).fill(tokens.contextLength);
      return batchesAhead(
        {
          ...recipe,
          task: { ...recipe.task, training, validation: [], tokens: { ...tokens, ids, lengths } },
        },
        span,
      );
    };
    const job = await fineTuningJob(artifacts);
    await expect(runJob(job, { ...context(), openBatches })).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining('ids.bin ends before') as unknown,
    });
  });
});
