import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { blobKey } from '../../../../artifacts/blobs.ts';
import { readObject } from '../../../../artifacts/object-store.ts';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import type { TrainingJob, TrainingOutcome } from '../../../../contracts/training-job.ts';
import { readModel } from '../../../../pipeline/model/model-files.ts';
import type { TrainerContext } from '../../../../worker/trainer/context.ts';
import { readModelFiles } from '../../../../worker/trainer/inputs.ts';
import { runJob } from '../../../../worker/trainer/run-job.ts';
import { usePlainBackend } from '../../pipeline/model/plain-backend.ts';
import { createTinyTrainer, fineTuningJob, pretrainingJob } from './tiny-job.ts';

beforeAll(usePlainBackend);

async function train(job: TrainingJob, context: TrainerContext): Promise<TrainingOutcome> {
  const outcome = await runJob(job, context);
  if (!('weights' in outcome)) throw new Error('expected a training outcome');
  return outcome;
}

/** @returns the failure that the job ends with */
async function failureOf(job: TrainingJob, context: TrainerContext): Promise<CoppiceFailure> {
  const error: unknown = await runJob(job, context).catch((thrown: unknown) => thrown);
  if (error instanceof CoppiceFailure) return error;
  throw new Error(`expected a failure of the table, got ${String(error)}`);
}

describe('fine-tuning', () => {
  it('learns: the loss falls, in training and on held-out rows, and held-out rows are told apart', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await fineTuningJob(artifacts);
    const { curve, steps, weights } = await train(job, context());
    expect(steps).toBe(30);
    expect(curve.at(-1)?.trainingLoss).toBeLessThan(0.5 * (curve[0].trainingLoss ?? 0));
    const validation = curve.flatMap(({ validationLoss }) => validationLoss ?? []);
    expect(validation).toHaveLength(4);
    expect(validation[3]).toBeLessThan(0.5 * validation[0]);

    const rows = [40, 41, 42, 43, 44, 45, 46, 47];
    const scored = await runJob({ kind: 'scoring', tokens: job.tokens, weights, rows }, context());
    if (!('probabilities' in scored)) throw new Error('expected scores');
    const schema = z.object({ labels: z.array(z.string()), probabilities: z.array(z.array(z.number())) });
    const { labels, probabilities } = await artifacts.readJson(scored.probabilities, schema);
    expect(labels).toEqual(['low', 'high']);
    expect(probabilities.map(([low, high]) => Number(high > low))).toEqual(rows.map((row) => row % 2));
    for (const row of probabilities) expect(row[0] + row[1]).toBeCloseTo(1, 6);
  });

  it.each([1, 7, 29])(
    'ends with the same model where it was stopped after %i steps and resumed',
    async (steps) => {
      const whole = createTinyTrainer();
      const uninterrupted = await train(await fineTuningJob(whole.artifacts), whole.context());
      const { artifacts, context } = createTinyTrainer();
      const job = await fineTuningJob(artifacts);
      expect((await failureOf(job, context(steps))).type).toBe('TrainingInterrupted');
      const resumed = await train(job, context());
      expect(resumed.resumedFromStep).toBe(steps);
      expect(resumed.weights.digest).toBe(uninterrupted.weights.digest);
      expect(resumed.curve).toEqual(uninterrupted.curve);
      expect(resumed.tokensSeen).toBe(uninterrupted.tokensSeen);
    },
  );

  it('ends with another model for another seed', async () => {
    const { artifacts, context } = createTinyTrainer();
    const first = await train(await fineTuningJob(artifacts), context());
    const other = await train(await fineTuningJob(artifacts, { seed: 4, key: 'other' }), context());
    expect(other.weights.digest).not.toBe(first.weights.digest);
  });

  it('answers at once with the same outcome when the job was finished before', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await fineTuningJob(artifacts);
    const outcome = await train(job, context());
    expect(await train(job, context(1))).toEqual(outcome);
  });

  it('trains anew, to the same model, where the weights of a finished job or its checkpoint were damaged', async () => {
    const { artifacts, objects, context } = createTinyTrainer();
    const job = await fineTuningJob(artifacts);
    const { weights } = await train(job, context());
    const file = (await artifacts.readDirectory(weights)).files['model.safetensors'];
    await objects.remove(blobKey(file.digest));
    const again = await train(job, context());
    expect(again).toMatchObject({ weights, resumedFromStep: 0 });
    expect(await artifacts.has(weights)).toBe(true);

    const other = { ...job, key: 'tiny/damaged-checkpoint' };
    await failureOf(other, context(7));
    for await (const { key } of objects.list('blobs/')) {
      const bytes = await readObject(objects, key);
      if (bytes?.includes('tiny/damaged-checkpoint'))
        await objects.put(key, Buffer.from(bytes.map((byte) => byte ^ 1)));
    }
    expect(await train(other, context())).toMatchObject({ weights, resumedFromStep: 0 });
  });

  it('refuses a key that another job used', async () => {
    const { artifacts, context } = createTinyTrainer();
    await failureOf(await fineTuningJob(artifacts), context(3));
    const other = await fineTuningJob(artifacts, {}, { learningRate: 0.02 });
    expect((await failureOf(other, context())).type).toBe('CheckpointIncompatible');
  });

  describe('that diverges', () => {
    const everyStep = { checkpointEverySeconds: 1e-9 };
    const outOfBounds = 10 * Math.log(2);
    /** @param lossAt the loss that a step is made to have, by its number */
    const withLosses = (context: TrainerContext, lossAt: ReadonlyMap<number, number>): TrainerContext => ({
      ...context,
      openSession: async (plan, vectors) => {
        const session = await context.openSession(plan, vectors);
        return {
          ...session,
          step: (program, feeds, at) => {
            const result = session.step(program, feeds, at);
            return { ...result, loss: lossAt.get(at.step) ?? result.loss };
          },
        };
      },
    });
    const diverging = (context: TrainerContext, step: number) =>
      withLosses(context, new Map([[step, outOfBounds]]));

    it('goes on from its last checkpoint at half the rate', async () => {
      const { artifacts, context } = createTinyTrainer();
      const job = await fineTuningJob(artifacts, {}, everyStep);
      const failure = await failureOf(job, diverging(context(), 20));
      expect(failure.type).toBe('TrainingDiverged');
      const { resumedFromStep, curve } = await train({ ...job, learningRateScale: 0.5 }, context());
      expect(resumedFromStep).toBe(20);
      const rates = curve.map(({ learningRate }) => learningRate ?? 0);
      const before = rates[19] / rates[18];
      expect(rates[20] / rates[19]).toBeLessThan(0.6 * before);
    });

    it('goes on from before its loss rose: a state on its way to divergence is no good checkpoint', async () => {
      const { artifacts, context } = createTinyTrainer();
      const job = await fineTuningJob(artifacts, {}, everyStep);
      const rising = new Map([
        [17, 2 * Math.log(2)],
        [18, 4 * Math.log(2)],
        [19, outOfBounds],
      ]);
      await failureOf(job, withLosses(context(), rising));
      expect((await train({ ...job, learningRateScale: 0.5 }, context())).resumedFromStep).toBe(17);
    });

    it('begins anew where it diverges again before another checkpoint: the one that it had was not good', async () => {
      const { artifacts, context } = createTinyTrainer();
      const job = await fineTuningJob(artifacts, {}, everyStep);
      await failureOf(job, diverging(context(), 20));
      await failureOf({ ...job, learningRateScale: 0.5 }, diverging(context(), 20));
      expect((await train({ ...job, learningRateScale: 0.25 }, context())).resumedFromStep).toBe(0);
    });

    it('goes on from the newer checkpoint where it came further before it diverged again', async () => {
      const { artifacts, context } = createTinyTrainer();
      const job = await fineTuningJob(artifacts, {}, everyStep);
      await failureOf(job, diverging(context(), 20));
      await failureOf({ ...job, learningRateScale: 0.5 }, diverging(context(), 24));
      expect((await train({ ...job, learningRateScale: 0.25 }, context())).resumedFromStep).toBe(24);
    });

    it('ends with the same model where it is stopped while its loss is high, which writes no checkpoint', async () => {
      const { artifacts, context } = createTinyTrainer();
      const job = await fineTuningJob(artifacts);
      const whole = await train(await fineTuningJob(artifacts, { key: 'whole' }), context());
      await failureOf(job, context(5));
      const high = withLosses(context(3), new Map([[7, 2 * Math.log(2)]]));
      const failure = await failureOf(job, high);
      expect(failure.message).toBe('training was stopped after 8 steps; it goes on from the checkpoint at 5');
      const resumed = await train(job, context());
      expect([resumed.resumedFromStep, resumed.weights.digest]).toEqual([5, whole.weights.digest]);
    });
  });

  it('keeps no checkpoint of a finished job', async () => {
    const { artifacts, objects, context } = createTinyTrainer();
    const job = await fineTuningJob(artifacts, {}, { checkpointEverySeconds: 1e-9 });
    const before = new Set<string>();
    for await (const { key } of objects.list('')) before.add(key);
    await train(job, context());
    const added: string[] = [];
    for await (const { key } of objects.list('')) if (!before.has(key)) added.push(key);
    expect(added.filter((key) => key.startsWith('checkpoints/'))).toEqual([
      'checkpoints/tiny/fine-tuning/latest.json',
    ]);
    expect(added.filter((key) => key.startsWith('blobs/'))).toHaveLength(3); // config, weights, their directory
  });

  it('says that it diverged when the rate is absurd', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await fineTuningJob(artifacts, {}, { learningRate: 1, warmupFraction: 0, epochs: 50 });
    const failure = await failureOf({ ...job, learningRateScale: 1e30 }, context());
    expect(failure.type).toBe('TrainingDiverged');
  });

  it('names a row or a label that does not exist', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await fineTuningJob(artifacts);
    const training = await artifacts.putJson([
      { row: 0, label: 0 },
      { row: 1, label: 2 },
    ]);
    const failure = await failureOf({ ...job, examples: { ...job.examples, training } }, context());
    expect(failure.type).toBe('InvalidInput');
    expect(failure.message).toContain('row 1 and label 2');
  });
});

describe('going on from another model', () => {
  it('starts at its weights: the loss begins where the other ended', async () => {
    const { artifacts, context } = createTinyTrainer();
    const first = await train(await fineTuningJob(artifacts), context());
    const next = await fineTuningJob(
      artifacts,
      { key: 'next', initialWeights: first.weights },
      { learningRate: 1e-6 },
    );
    const { curve } = await train(next, context());
    expect(curve[0].trainingLoss).toBeLessThan(2 * first.finalLoss);
  });

  it('takes the encoder of a pretrained model, and learns the pooler and the classifier anew', async () => {
    const { artifacts, context } = createTinyTrainer();
    const pretrained = await train(await pretrainingJob(artifacts), context());
    // Of a dozen masked tokens a batch: the mean of the last batches, since one alone is noisy.
    const losses = pretrained.curve.flatMap(({ trainingLoss }) => trainingLoss ?? []);
    const settled = losses.slice(-10).reduce((sum, loss) => sum + loss, 0) / 10;
    expect(settled).toBeLessThan(0.9 * losses[0]);
    const job = await fineTuningJob(artifacts, { initialWeights: pretrained.weights }, { maximumSteps: 1 });
    const { weights } = await train({ ...job, learningRateScale: 1e-12 }, context());
    const encoderOf = async (reference: typeof weights) => {
      const { layout, parameters } = readModel(await readModelFiles(artifacts, reference));
      const end = layout.entries.find(({ name }) => /^(bert\.pooler|cls\.)/.test(name))?.offset;
      return parameters.slice(0, end);
    };
    const [before, after] = [await encoderOf(pretrained.weights), await encoderOf(weights)];
    expect(after.length).toBe(before.length);
    expect(Math.max(...after.map((value, index) => Math.abs(value - before[index])))).toBeLessThan(1e-6);
  });

  it('refuses a model of another shape, naming the parameter', async () => {
    const { artifacts, context } = createTinyTrainer();
    const first = await train(await fineTuningJob(artifacts, {}, { maximumSteps: 1 }), context());
    const job = await fineTuningJob(artifacts, { key: 'wider', initialWeights: first.weights });
    const failure = await failureOf(
      { ...job, architecture: { ...job.architecture, hiddenSize: 32 } },
      context(),
    );
    expect(failure.type).toBe('InvalidInput');
    expect(failure.message).toContain(
      'bert.embeddings.word_embeddings.weight: expected shape [40,32], got [40,16]',
    );
  });
});
