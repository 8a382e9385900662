import { beforeAll, describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import type { TrainingJob, TrainingOutcome } from '../../../../contracts/training-job.ts';
import { readGpt } from '../../../../pipeline/model/gpt-files.ts';
import type { TrainerContext } from '../../../../worker/trainer/context.ts';
import { readModelFiles } from '../../../../worker/trainer/inputs.ts';
import { runJob } from '../../../../worker/trainer/run-job.ts';
import { usePlainBackend } from '../../pipeline/model/plain-backend.ts';
import { autoregressiveJob, createTinyTrainer, fineTuningJob, putTinyStream } from './tiny-job.ts';

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

describe('autoregressive pretraining', () => {
  it('learns what follows, and tells loss, perplexity and bits per byte of documents that it did not see', async () => {
    const { artifacts, context } = createTinyTrainer();
    const { curve, heldOut, weights } = await train(await autoregressiveJob(artifacts), context());
    if (heldOut === undefined) throw new Error('expected figures of the held-out documents');
    expect(heldOut.loss).toBeLessThan(0.6 * Math.log(40));
    expect(curve.flatMap(({ validationLoss }) => validationLoss ?? [])).toHaveLength(4);
    expect(curve.at(-1)?.validationLoss).toBeCloseTo(heldOut.loss, 5); // so few are held out that the curve sees all
    expect(heldOut.perplexity).toBeCloseTo(Math.exp(heldOut.loss), 9);
    expect(heldOut.documents).toBe(8);
    const bits = (heldOut.loss * heldOut.tokens) / Math.LN2;
    expect(heldOut.bitsPerByte).toBeCloseTo(bits / heldOut.bytes, 9);
    const { config } = readGpt(await readModelFiles(artifacts, weights));
    expect(config).toMatchObject({ vocabularySize: 40, endOfTextId: 3, layers: 1, contextLength: 10 });
  });

  it.each([1, 6, 11])('ends with the same model where it was stopped after %i steps', async (steps) => {
    const short = { options: { batchSize: 8, epochs: 4, maximumSteps: 12, dropout: 0.05 } };
    const whole = createTinyTrainer();
    const uninterrupted = await train(await autoregressiveJob(whole.artifacts, short), whole.context());
    const { artifacts, context } = createTinyTrainer();
    const job = await autoregressiveJob(artifacts, short);
    expect(await messageOf(job, context(steps))).toContain('TrainingInterrupted');
    const resumed = await train(job, context());
    expect(resumed.resumedFromStep).toBe(steps);
    expect(resumed.weights.digest).toBe(uninterrupted.weights.digest);
    expect(resumed.heldOut).toEqual(uninterrupted.heldOut);
  });

  it('goes on from another model of the same shape, and refuses one of another', async () => {
    const { artifacts, context } = createTinyTrainer();
    const first = await train(await autoregressiveJob(artifacts), context());
    const next = await autoregressiveJob(artifacts, {
      key: 'next',
      initialWeights: first.weights,
      options: { batchSize: 8, maximumSteps: 1, learningRate: 1e-9, dropout: 0 },
    });
    expect((await train(next, context())).heldOut?.loss).toBeCloseTo(first.heldOut?.loss ?? 0, 3);
    const wider = { ...next, key: 'wider', architecture: { ...next.architecture, hiddenSize: 8 } };
    expect(await messageOf(wider, context())).toContain('expected shape [40,8], got [40,16]');
    const deeper = { ...next, key: 'deeper', architecture: { ...next.architecture, layers: 2 } };
    expect(await messageOf(deeper, context())).toContain('layers: expected 2, got 1');
  });

  it('has one window, and learns, where the context is longer than the whole corpus', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await autoregressiveJob(artifacts, {
      tokens: await putTinyStream(artifacts, {}, 2),
      heldOutDocuments: 1,
      options: { batchSize: 1, epochs: 1, dropout: 0 },
    });
    const longer = { ...job, architecture: { ...job.architecture, contextLength: 20 } };
    const { steps, heldOut } = await train(longer, context());
    expect(steps).toBe(1); // one window, one epoch
    expect(heldOut?.loss).toBeGreaterThan(0);
  });

  it('names what is wrong with its tokens', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await autoregressiveJob(artifacts);
    const messageFor = async (changes: Record<string, unknown>) =>
      messageOf({ ...job, tokens: await putTinyStream(artifacts, changes) }, context());
    expect(await messageFor({ documents: 0 })).toContain('documents: Too small');
    expect(await messageFor({ tokens: 7 })).toContain('ids.bin, bytes');
    expect(await messageFor({ vocabularySize: 20 })).toMatch(
      /InvalidInput: tokens: id \d+ is outside the vocabulary/,
    );
    expect(await messageFor({ documents: 47 })).toContain('ends.bin, documents: 48, expected 47');
    expect(await messageOf({ ...job, heldOutDocuments: 48 }, context())).toBe(
      'InvalidInput: tokens: there are 48 documents, of which the last 48 are held out: none is left to train on',
    );
    const { tokens } = await fineTuningJob(artifacts);
    expect(await messageOf({ ...job, tokens }, context())).toContain('layout');
  });

  it('is all that a decoder is trained by', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await fineTuningJob(artifacts);
    const { architecture } = await autoregressiveJob(artifacts);
    expect(await messageOf({ ...job, architecture }, context())).toContain(
      'a gpt2 has no classification head',
    );
  });
});
