import { beforeAll, describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import type { TrainingJob, TrainingOutcome } from '../../../../contracts/training-job.ts';
import { readGpt } from '../../../../pipeline/model/gpt-files.ts';
import type { TrainerContext } from '../../../../worker/trainer/context.ts';
import { readModelFiles } from '../../../../worker/trainer/inputs.ts';
import { runJob } from '../../../../worker/trainer/run-job.ts';
import { usePlainBackend } from '../../pipeline/model/plain-backend.ts';
import { autoregressiveJob, createTinyTrainer, fineTuningJob } from './tiny-job.ts';
import { putTinyPairs, supervisedJob } from './tiny-pairs.ts';

beforeAll(usePlainBackend);

async function train(job: TrainingJob, context: TrainerContext): Promise<TrainingOutcome> {
  const outcome = await runJob(job, context);
  if (!('weights' in outcome)) throw new Error('expected a training outcome');
  return outcome;
}

async function messageOf(job: TrainingJob, context: TrainerContext): Promise<string> {
  const error: unknown = await runJob(job, context).catch((thrown: unknown) => thrown);
  if (error instanceof CoppiceFailure) return `${error.type}: ${error.message}`;
  throw new Error(`expected a failure of the table, got ${String(error)}`);
}

describe('supervised fine-tuning', () => {
  it('learns answers, and tells loss and perplexity of those that it did not see', async () => {
    const { artifacts, context } = createTinyTrainer();
    const { heldOutAnswers, heldOut, curve, steps } = await train(await supervisedJob(artifacts), context());
    expect(steps).toBe(48); // 48 pairs, 8 at a time, 8 epochs
    expect(heldOutAnswers?.loss).toBeLessThan(0.2); // four subjects at a guess: ln 4 / 3
    expect(heldOutAnswers).toMatchObject({ documents: 12, tokens: 36, bytes: 72 });
    expect(curve.at(-1)?.validationLoss).toBeCloseTo(heldOutAnswers?.loss ?? 0, 5);
    expect(heldOut?.documents).toBe(8); // and what became of it as a language model
  });

  it('goes on from a pretrained model, and changes nothing where it learns nothing', async () => {
    const { artifacts, context } = createTinyTrainer();
    const pretrained = await train(await autoregressiveJob(artifacts), context());
    const still = { learningRate: 1e-12, maximumSteps: 1, dropout: 0, weightDecay: 0 };
    const job = await supervisedJob(artifacts, { initialWeights: pretrained.weights }, still);
    const tuned = await train(job, context());
    expect(tuned.heldOut?.loss).toBeCloseTo(pretrained.heldOut?.loss ?? 0, 5);
    const { config } = readGpt(await readModelFiles(artifacts, tuned.weights));
    expect(config).toMatchObject({ vocabularySize: 40, endOfTextId: 3, contextLength: 10 });
  });

  it.each([1, 6, 11])('ends with the same model where it was stopped after %i steps', async (steps) => {
    const short = { maximumSteps: 12 };
    const whole = createTinyTrainer();
    const uninterrupted = await train(await supervisedJob(whole.artifacts, {}, short), whole.context());
    const { artifacts, context } = createTinyTrainer();
    const job = await supervisedJob(artifacts, {}, short);
    expect(await messageOf(job, context(steps))).toContain('TrainingInterrupted');
    const resumed = await train(job, context());
    expect(resumed.resumedFromStep).toBe(steps);
    expect(resumed.weights.digest).toBe(uninterrupted.weights.digest);
    expect(resumed.heldOutAnswers).toEqual(uninterrupted.heldOutAnswers);
  });

  it('takes a batch in parts to the same model, but for rounding', async () => {
    const { artifacts, context } = createTinyTrainer();
    // Adam would make whole steps of the rounding where a gradient is zero.
    const short = { maximumSteps: 6, optimizer: 'sgd' };
    const whole = await train(await supervisedJob(artifacts, {}, short), context());
    const inParts = { key: 'parts' };
    const parts = await train(
      await supervisedJob(artifacts, inParts, { ...short, microBatchSize: 4 }),
      context(),
    );
    expect(parts.heldOutAnswers?.loss).toBeCloseTo(whole.heldOutAnswers?.loss ?? 0, 4);
  });

  it('ends early where it learns nothing more, and is judged with the weights that it keeps', async () => {
    const { artifacts, context } = createTinyTrainer();
    const options = { earlyStopping: { patience: 2 }, learningRate: 0.3, schedule: 'constant' };
    const { earlyStopping, heldOutAnswers, weights, steps } = await train(
      await supervisedJob(artifacts, {}, options),
      context(),
    );
    expect(earlyStopping?.keptStep).toBeLessThan(steps);
    const still = { learningRate: 1e-12, maximumSteps: 1, dropout: 0, weightDecay: 0 };
    const again = await supervisedJob(artifacts, { key: 'again', initialWeights: weights }, still);
    expect((await train(again, context())).heldOutAnswers?.loss).toBeCloseTo(heldOutAnswers?.loss ?? 0, 5);
  });

  it('names what is wrong with its pairs', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await supervisedJob(artifacts);
    const messageFor = async (changes: Record<string, unknown>) =>
      messageOf({ ...job, tokens: await putTinyPairs(artifacts, changes) }, context());
    expect(await messageFor({ rows: 59 })).toContain('answers.bin, answers: 60, expected 59');
    expect(await messageFor({ vocabularySize: 20 })).toContain('is outside the vocabulary');
    expect(await messageOf({ ...job, heldOutPairs: 60 }, context())).toBe(
      'InvalidInput: tokens: there are 60 pairs, of which the last 60 are held out: none is left to train on',
    );
    const longer = { ...job, architecture: { ...job.architecture, contextLength: 20 } };
    expect(await messageOf(longer, context())).toContain("rows of 10 tokens are not the model's 20");
    const { architecture } = await fineTuningJob(artifacts);
    expect(await messageOf({ ...job, architecture }, context())).toContain('a bert does not answer');
  });
});
