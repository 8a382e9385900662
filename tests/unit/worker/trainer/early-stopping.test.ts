import { beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../../artifacts/artifact-store.ts';
import type { FineTuningJob, TrainingJob, TrainingOutcome } from '../../../../contracts/training-job.ts';
import { createRandom } from '../../../../pipeline/random.ts';
import type { TrainerContext } from '../../../../worker/trainer/context.ts';
import { runJob } from '../../../../worker/trainer/run-job.ts';
import { usePlainBackend } from '../../pipeline/model/plain-backend.ts';
import { createTinyTrainer, fineTuningJob } from './tiny-job.ts';

beforeAll(usePlainBackend);

async function train(job: TrainingJob, context: TrainerContext): Promise<TrainingOutcome> {
  const outcome = await runJob(job, context);
  if (!('weights' in outcome)) throw new Error('expected a training outcome');
  return outcome;
}

/** Labels by chance, four steps an epoch: what is learned of them helps with no other document, and soon harms. */
async function hopelessJob(
  artifacts: ArtifactStore,
  options: Readonly<Record<string, unknown>> = {},
): Promise<FineTuningJob> {
  const random = createRandom(9);
  const training = await artifacts.putJson(
    Array.from({ length: 40 }, (_, row) => ({ row, label: random.integer(2) })),
  );
  const earlyStopping = { patience: 3, validationsPerEpoch: 2, share: 0.2 };
  const job = await fineTuningJob(artifacts, {}, { epochs: 30, earlyStopping, ...options });
  return { ...job, examples: { ...job.examples, training } };
}

describe('a phase with early stopping', () => {
  it('ends before its last step, and says at which step and which one it kept', async () => {
    const { artifacts, context } = createTinyTrainer();
    const progress: { step: number; totalSteps: number }[] = [];
    const { steps, curve, earlyStopping } = await train(await hopelessJob(artifacts), {
      ...context(),
      report: (it) => progress.push(it),
    });
    expect(earlyStopping?.plannedSteps).toBe(120);
    expect(steps).toBeLessThan(120);
    expect(progress.at(-1)).toMatchObject({ step: steps, totalSteps: 120 });
    const validated = curve.filter(({ validationLoss }) => validationLoss !== undefined);
    expect(validated.map(({ step }) => step)).toEqual(validated.map((_, index) => 2 * (index + 1)));
    expect(curve.at(-1)?.step).toBe(steps);
    const kept = curve.filter((point) => point.kept);
    expect(kept).toEqual([
      expect.objectContaining({
        step: earlyStopping?.keptStep,
        validationLoss: Math.min(...validated.map(({ validationLoss }) => validationLoss ?? 0)),
      }),
    ]);
    expect(kept[0].step).toBe(steps - 3 * 2); // three validations of patience, two steps each
  });

  it('writes the weights that a phase writes which ends at the kept step', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await hopelessJob(artifacts, { schedule: 'constant', warmupFraction: 0 });
    const { weights, earlyStopping } = await train(job, context());
    const maximumSteps = earlyStopping?.keptStep;
    const shorter = { ...job, key: 'shorter', options: { ...job.options, maximumSteps } };
    expect((await train(shorter, context())).weights.digest).toBe(weights.digest);
  });

  it('goes to its last step where the loss goes on falling', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await fineTuningJob(
      artifacts,
      {},
      { earlyStopping: { patience: 6, validationsPerEpoch: 1, share: 0.2 } },
    );
    const { steps, earlyStopping } = await train(job, context());
    expect(steps).toBe(24); // 32 documents are left to train on
    expect(earlyStopping).toMatchObject({ plannedSteps: 24 });
  });

  describe('that is stopped and resumed ends with the same model', () => {
    let uninterrupted: TrainingOutcome;
    beforeAll(async () => {
      const { artifacts, context } = createTinyTrainer();
      uninterrupted = await train(await hopelessJob(artifacts), context());
    });

    it.each([
      { when: 'before the best step', steps: -1 },
      { when: 'at the best step', steps: 0 },
      { when: 'after the best step', steps: 1 },
      { when: 'after a validation that was worse', steps: 3 },
      { when: 'at its end', steps: 6 },
    ])('where it was stopped $when', async ({ steps }) => {
      const stopAfter = (uninterrupted.earlyStopping?.keptStep ?? 0) + steps;
      const { artifacts, context } = createTinyTrainer();
      const job = await hopelessJob(artifacts);
      const error = await runJob(job, context(stopAfter)).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ type: 'TrainingInterrupted', details: { step: stopAfter } });
      const resumed = await train(job, context());
      expect(resumed).toEqual({
        ...uninterrupted,
        resumedFromStep: stopAfter,
        tokensPerSecond: resumed.tokensPerSecond,
        memory: resumed.memory,
      });
    });
  });
});
