import { beforeAll, describe, expect, it } from 'vitest';
import { tagsSchema } from '../../../../activities/scoring-files.ts';
import type { TrainingJob, TrainingOutcome } from '../../../../contracts/training-job.ts';
import { readModel } from '../../../../pipeline/model/model-files.ts';
import { batchesAhead } from '../../../../worker/trainer/batch-thread.ts';
import type { TrainerContext } from '../../../../worker/trainer/context.ts';
import { openTokenRows, readModelFiles } from '../../../../worker/trainer/inputs.ts';
import { runJob } from '../../../../worker/trainer/run-job.ts';
import { usePlainBackend } from '../../pipeline/model/plain-backend.ts';
import { createTinyTrainer, taggingJob } from './tiny-job.ts';

beforeAll(usePlainBackend);

async function train(job: TrainingJob, context: TrainerContext): Promise<TrainingOutcome> {
  const outcome = await runJob(job, context);
  if (!('weights' in outcome)) throw new Error('expected a training outcome');
  return outcome;
}

describe('fine-tuning on tokens', () => {
  it('learns the class of each token, and writes a model with that head', async () => {
    const { artifacts, context } = createTinyTrainer();
    const { curve, weights } = await train(await taggingJob(artifacts, { epochs: 12 }), context());
    const validation = curve.flatMap(({ validationLoss }) => validationLoss ?? []);
    expect(validation.at(-1)).toBeLessThan(0.35); // one that knows nothing has 0.69
    const { config, layout } = readModel(await readModelFiles(artifacts, weights));
    expect(config).toMatchObject({ head: 'token-classification', labels: ['even', 'odd'] });
    expect(layout.entries.some(({ name }) => name.includes('pooler'))).toBe(false);
  });

  it('tags the tokens of rows that it was not trained on, as it has learned', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await taggingJob(artifacts, { epochs: 12 });
    const { weights } = await train(job, context());
    const rows = [47, 40];
    const outcome = await runJob({ kind: 'scoring', tokens: job.tokens, weights, rows }, context());
    if (!('probabilities' in outcome)) throw new Error('expected scores');
    const { labels, tags } = await artifacts.readJson(outcome.probabilities, tagsSchema);
    expect(labels).toEqual(['even', 'odd']);
    const { lengths, ids, contextLength, close } = await openTokenRows(artifacts, job.tokens);
    const right = rows.flatMap((row, index) => {
      const text = [...ids.subarray(row * contextLength, row * contextLength + lengths[row])];
      expect(tags[index].classes).toHaveLength(text.length);
      return text.flatMap((id, token) => (id < 5 ? [] : [tags[index].classes[token] === id % 2]));
    });
    close();
    expect(right.filter(Boolean).length / right.length).toBeGreaterThan(0.8);
    expect(Math.min(...tags.flatMap(({ scores }) => scores))).toBeGreaterThanOrEqual(0.5);
  });

  it('keeps the weights of the step at which it was best, and stops once it gets no better', async () => {
    const { artifacts, context } = createTinyTrainer();
    const options = { epochs: 40, earlyStopping: { patience: 2, share: 0.2 } };
    const { steps, curve, earlyStopping } = await train(await taggingJob(artifacts, options), context());
    expect(steps).toBeLessThan(160); // 40 epochs of 32 rows, eight at once
    const kept = curve.filter((point) => point.kept);
    expect(kept).toHaveLength(1);
    expect(earlyStopping).toMatchObject({ plannedSteps: 160, keptStep: kept[0].step });
    const losses = curve.flatMap(({ validationLoss }) => validationLoss ?? []);
    expect(kept[0].validationLoss).toBe(Math.min(...losses));
  });

  it('ends with the same model where it was stopped and resumed, with batches of a thread', async () => {
    const { artifacts, context } = createTinyTrainer();
    const options = { maximumSteps: 8, classWeights: 'balanced' };
    const whole = await train(await taggingJob(artifacts, options), context());
    const job = { ...(await taggingJob(artifacts, options)), key: 'stopped' };
    await expect(runJob(job, context(3))).rejects.toMatchObject({ type: 'TrainingInterrupted' });
    const resumed = await train(job, { ...context(), openBatches: batchesAhead });
    expect([resumed.resumedFromStep, resumed.weights.digest]).toEqual([3, whole.weights.digest]);
  }, 60_000); // a thread is started, and loads what it needs

  it.each([
    ['fewer labels than tokens', { row: 0, labels: [0] }],
    ['a row that is not there', { row: 99, labels: [0] }],
  ])('refuses %s, naming the row', async (_, example) => {
    const { artifacts, context } = createTinyTrainer();
    const job = await taggingJob(artifacts);
    const training = await artifacts.putJson([example]);
    const refused = runJob({ ...job, examples: { ...job.examples, training } }, context());
    await expect(refused).rejects.toMatchObject({ type: 'InvalidInput', details: { row: example.row } });
  });
});
