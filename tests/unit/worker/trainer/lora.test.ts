import { beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../../artifacts/artifact-store.ts';
import { readObject } from '../../../../artifacts/object-store.ts';
import type { ArtifactReference } from '../../../../contracts/artifact.ts';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import type { SupervisedFineTuningJob, TrainingOutcome } from '../../../../contracts/training-job.ts';
import { readGpt } from '../../../../pipeline/model/gpt-files.ts';
import { namedTensors } from '../../../../pipeline/model/layout.ts';
import { readSafetensors } from '../../../../pipeline/model/safetensors.ts';
import type { TrainerContext } from '../../../../worker/trainer/context.ts';
import { readModelFiles } from '../../../../worker/trainer/inputs.ts';
import { runJob } from '../../../../worker/trainer/run-job.ts';
import { usePlainBackend } from '../../pipeline/model/plain-backend.ts';
import { createTinyTrainer } from './tiny-job.ts';
import { loraJob } from './tiny-pairs.ts';

beforeAll(usePlainBackend);

async function train(job: SupervisedFineTuningJob, context: TrainerContext): Promise<TrainingOutcome> {
  const outcome = await runJob(job, context);
  if (!('weights' in outcome)) throw new Error('expected a training outcome');
  return outcome;
}

async function messageOf(job: SupervisedFineTuningJob, context: TrainerContext): Promise<string> {
  const error: unknown = await runJob(job, context).catch((thrown: unknown) => thrown);
  if (error instanceof CoppiceFailure) return `${error.type}: ${error.message}`;
  throw new Error(`expected a failure of the table, got ${String(error)}`);
}

const still = { learningRate: 1e-12, maximumSteps: 1, dropout: 0, weightDecay: 0 };

async function tensorsOf(artifacts: ArtifactStore, weights: ArtifactReference | undefined) {
  if (weights === undefined) throw new Error('expected weights');
  const { layout, parameters } = readGpt(await readModelFiles(artifacts, weights));
  return new Map(namedTensors(layout, parameters).map(({ name, values }) => [name, values]));
}

describe('supervised fine-tuning by adapters', () => {
  it('learns, and writes plain weights that differ from the base where they were adapted alone', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await loraJob(artifacts);
    const { weights, heldOutAnswers, curve } = await train(job, context());
    expect(heldOutAnswers?.loss).toBeLessThan(0.7 * (curve[0].trainingLoss ?? 0));
    const before = await tensorsOf(artifacts, job.initialWeights);
    const after = await tensorsOf(artifacts, weights);
    expect([...after.keys()]).toEqual([...before.keys()]);
    for (const [name, values] of after) {
      if (/\.c_(attn|proj|fc)\.weight$/.test(name)) expect(values, name).not.toEqual(before.get(name));
      else expect(values, name).toEqual(before.get(name));
    }
  });

  it('is the base again where it learns nothing', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await loraJob(artifacts, {}, still);
    const { weights } = await train(job, context());
    const before = await tensorsOf(artifacts, job.initialWeights);
    for (const [name, values] of await tensorsOf(artifacts, weights))
      for (const [index, value] of values.entries())
        expect(Math.abs(value - (before.get(name)?.[index] ?? NaN)), name).toBeLessThan(1e-9);
  });

  it('is judged merged as it was judged beside the base', async () => {
    const { artifacts, context } = createTinyTrainer();
    const job = await loraJob(artifacts, {}, { maximumSteps: 12 });
    const { weights, heldOutAnswers, heldOut } = await train(job, context());
    const again = await train(
      await loraJob(artifacts, { key: 'again', initialWeights: weights }, still),
      context(),
    );
    expect(again.heldOutAnswers?.loss).toBeCloseTo(heldOutAnswers?.loss ?? 0, 5);
    expect(again.heldOut?.loss).toBeCloseTo(heldOut?.loss ?? 0, 5);
  });

  it.each([1, 6, 11])('ends with the same model where it was stopped after %i steps', async (steps) => {
    const short = { maximumSteps: 12, averaging: { decay: 0.5 } };
    const whole = createTinyTrainer();
    const uninterrupted = await train(await loraJob(whole.artifacts, {}, short), whole.context());
    const { artifacts, context } = createTinyTrainer();
    const job = await loraJob(artifacts, {}, short);
    expect(await messageOf(job, context(steps))).toContain('TrainingInterrupted');
    const resumed = await train(job, context());
    expect(resumed.resumedFromStep).toBe(steps);
    expect(resumed.weights.digest).toBe(uninterrupted.weights.digest);
    expect(resumed.heldOutAnswers).toEqual(uninterrupted.heldOutAnswers);
  });

  it('keeps the adapters of the best validation where it ends early', async () => {
    const { artifacts, context } = createTinyTrainer();
    const options = { earlyStopping: { patience: 2 }, learningRate: 0.3, schedule: 'constant' };
    const { earlyStopping, heldOutAnswers, weights, steps } = await train(
      await loraJob(artifacts, {}, options),
      context(),
    );
    expect(earlyStopping?.keptStep).toBeLessThan(steps);
    const again = await loraJob(artifacts, { key: 'again', initialWeights: weights }, still);
    expect((await train(again, context())).heldOutAnswers?.loss).toBeCloseTo(heldOutAnswers?.loss ?? 0, 4);
  });

  it('saves the adapters and what the optimizer keeps of them, and nothing of the base', async () => {
    const { artifacts, objects, context } = createTinyTrainer();
    const job = await loraJob(artifacts);
    await messageOf(job, context(3));
    const pointer = await readObject(objects, `checkpoints/${job.key}/latest.json`);
    const { reference } = JSON.parse(String(pointer)) as { reference: ArtifactReference };
    const { tensors } = readSafetensors(await artifacts.readBytes(reference));
    // c_attn 16 → 48, c_proj 16 → 16 and 24 → 16, c_fc 16 → 24, at rank 4
    const numbers = 4 * (16 + 48 + (16 + 16) + (24 + 16) + (16 + 24));
    expect(Object.fromEntries(tensors.map(({ name, values }) => [name, values.length]))).toEqual({
      ...{ parameters: numbers, firstMoments: numbers, secondMoments: numbers },
    });
  });

  it('is refused where there is nothing to adapt, and where the base has another shape', async () => {
    const { artifacts, context } = createTinyTrainer();
    const { initialWeights: _base, ...job } = await loraJob(artifacts);
    expect(await messageOf(job, context())).toBe(
      'InvalidInput: lora: adapters stand beside weights: expected initialWeights',
    );
    const wider = await loraJob(artifacts);
    const architecture = { ...wider.architecture, hiddenSize: 32 };
    expect(await messageOf({ ...wider, architecture }, context())).toContain('expected shape');
  });
});
