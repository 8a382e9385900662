import { describe, expect, it } from 'vitest';
import type { PlanningJob } from '../../../../contracts/training-plan.ts';
import { planningJobSchema } from '../../../../contracts/training-plan.ts';
import { planTraining } from '../../../../worker/trainer/planning.ts';

const speed = { matrixOperationsPerSecond: { float32: 1e9, bfloat16: 1e12 }, bytesPerSecond: 1e9 };

const jobOf = (changes: object = {}): PlanningJob =>
  planningJobSchema.parse({
    kind: 'planning',
    architecture: { layers: 1, hiddenSize: 16, heads: 2, intermediateSize: 24, contextLength: 10 },
    vocabularySize: 40,
    documents: 48,
    heldOut: 8,
    training: { pretraining: { batchSize: 8, epochs: 2 }, fineTuning: { batchSize: 8, epochs: 3 } },
    ...changes,
  });

const plan = (job: PlanningJob, available = Infinity) =>
  planTraining(job, {
    memory: { available: () => available, resident: () => 4e8, peak: () => 4e8 },
    measureSpeed: () => Promise.resolve(speed),
  });

describe('a planned training', () => {
  it('has its phases with the parameters and the steps that they will have', async () => {
    const { phases } = await plan(jobOf());
    expect(phases.map(({ phase, steps }) => [phase, steps])).toEqual([
      ['pretraining', (2 * 48) / 8],
      ['fine-tuning', (3 * 40) / 8], // what is held out is not trained on
    ]);
    for (const { tokensPerStep, parameters, rowsThatFit } of phases) {
      expect([tokensPerStep, rowsThatFit]).toEqual([80, 8]);
      expect(parameters).toBeGreaterThan(40 * 16 + 10 * 16);
    }
  });

  it('has no pretraining where the model file has none, and ends where the model file says', async () => {
    const { phases } = await plan(jobOf({ training: { fineTuning: { maximumSteps: 7 } } }));
    expect(phases).toMatchObject([{ phase: 'fine-tuning', steps: 7 }]);
  });

  it('leaves out of pretraining what its early stopping validates on, and what is held out', async () => {
    const earlyStopping = { patience: 3, share: 0.2 };
    const pretraining = { batchSize: 8, epochs: 2, earlyStopping };
    expect((await plan(jobOf({ training: { pretraining } }))).phases[0].steps).toBe((2 * 0.8 * (48 - 8)) / 8);
    const architecture = { architecture: 'gpt2', layers: 1, hiddenSize: 16, heads: 2, contextLength: 16 };
    expect((await plan(jobOf({ architecture, training: { pretraining } }))).phases[0].steps).toBe(
      (2 * 32) / 8,
    );
  });

  it('has as many steps where tokens are classified, and no pooler', async () => {
    const [, documents] = (await plan(jobOf())).phases;
    const [, tokens] = (await plan(jobOf({ level: 'token' }))).phases;
    expect(tokens).toMatchObject({ phase: 'fine-tuning', steps: documents.steps, rowsThatFit: 8 });
    expect(documents.parameters - tokens.parameters).toBe(16 * 16 + 16);
  });

  it('has the one phase of a decoder, over windows of its context length', async () => {
    const architecture = { architecture: 'gpt2', layers: 1, hiddenSize: 16, heads: 2, contextLength: 16 };
    const { phases } = await plan(jobOf({ architecture }));
    expect(phases).toMatchObject([{ phase: 'pretraining', steps: (2 * 40) / 8, tokensPerStep: 8 * 16 }]);
    const long = await plan(jobOf({ architecture, tokensEach: 10 * 16 }));
    expect(long.phases[0].steps).toBe((2 * 40 * 10) / 8);
  });

  it('has a second phase of a decoder that is taught to answer, over its documents as rows', async () => {
    const architecture = { architecture: 'gpt2', layers: 1, hiddenSize: 16, heads: 2, contextLength: 16 };
    const supervisedFineTuning = { batchSize: 4, epochs: 3, template: { prompt: '{text}:' } };
    const { phases } = await plan(
      jobOf({ architecture, training: { pretraining: {}, supervisedFineTuning } }),
    );
    expect(phases[1]).toMatchObject({
      ...{ phase: 'supervised-fine-tuning', steps: (3 * 40) / 4, tokensPerStep: 4 * 16 },
    });
  });

  it('of adapters, keeps in the optimizer what is learned alone, and has the weights beside it', async () => {
    const architecture = { architecture: 'gpt2', layers: 2, hiddenSize: 64, heads: 2, contextLength: 16 };
    const template = { prompt: '{text}:' };
    const planned = async (supervisedFineTuning: object) =>
      (await plan(jobOf({ architecture, training: { pretraining: {}, supervisedFineTuning } }))).phases[1];
    const whole = await planned({ template });
    const adapted = await planned({ template, lora: { rank: 4 } });
    const learned = 2 * 4 * (64 + 3 * 64);
    expect([whole.frozenParameters, adapted.frozenParameters]).toEqual([undefined, whole.parameters]);
    expect(adapted.parameters).toBe(learned);
    expect(adapted.memory).toMatchObject({
      parameters: 4 * (learned + whole.parameters),
      optimizer: 2 * 4 * learned,
      gradients: 4 * learned,
      checkpoint: 3 * 3 * 4 * learned,
    });
    expect(adapted.memory.total).toBeLessThan(whole.memory.total);
  });

  it('takes as much longer as the machine is slower, and as there are more steps', async () => {
    const [{ seconds, steps, tokensPerSecond, tokensPerStep }] = (await plan(jobOf())).phases;
    expect(tokensPerSecond).toBeCloseTo((steps * tokensPerStep) / seconds, 6);
    const [twice] = (await plan(jobOf({ documents: 96 }))).phases;
    expect(twice.seconds).toBeCloseTo(2 * seconds, 9);
  });

  it('says how many rows at once fit where a batch does not, and 0 where none does', async () => {
    const job = jobOf({
      architecture: { layers: 2, hiddenSize: 64, heads: 2, contextLength: 256 },
      training: { fineTuning: { batchSize: 64 } },
    });
    const [{ memory }] = (await plan(job)).phases;
    const [{ rowsThatFit }] = (await plan(job, memory.total / 2)).phases;
    expect(rowsThatFit).toBeGreaterThan(8);
    expect(rowsThatFit).toBeLessThan(64);
    expect((await plan(job, 1e6)).phases[0].rowsThatFit).toBe(0);
  });

  it('is told of products in bfloat16 from how fast those are', async () => {
    const fineTuning = { batchSize: 8, precision: 'bfloat16' };
    const asked: (readonly string[])[] = [];
    const { phases } = await planTraining(jobOf({ training: { fineTuning, pretraining: {} } }), {
      memory: { available: () => Infinity, resident: () => 0, peak: () => 0 },
      measureSpeed: (precisions) => {
        asked.push(precisions);
        return Promise.resolve(speed);
      },
    });
    expect(asked).toEqual([['float32', 'bfloat16']]);
    const [, slow] = (await plan(jobOf({ training: { fineTuning: { batchSize: 8 }, pretraining: {} } })))
      .phases;
    expect(phases[1].seconds).toBeLessThan(slow.seconds);
  });
});

describe('a planned search', () => {
  const search = { trials: 9, minimumSteps: 2, space: { 'fineTuning.dropout': { uniform: [0, 0.5] } } };
  const fineTuning = { batchSize: 8, epochs: 6 };

  it('has the rungs that its trials will go through, and the steps of all of them', async () => {
    const { phases, search: planned } = await plan(jobOf({ training: { fineTuning, search } }));
    expect(planned).toMatchObject({
      ...{ phase: 'fine-tuning', steps: 9 * 2 + 3 * 4, goesOn: false },
      rungs: [
        { trials: 9, steps: 2 },
        { trials: 3, steps: 6 },
      ],
    });
    const [{ seconds, steps }] = phases;
    expect(planned?.seconds).toBeCloseTo((30 * seconds) / steps, 9);
    expect((await plan(jobOf())).search).toBeUndefined();
  });

  it('counts the combinations of a small space, and ends with a phase that is shorter for its trials', async () => {
    const space = { 'fineTuning.dropout': [0, 0.1], 'fineTuning.optimizer': ['adamw', 'sgd'] };
    const small = { trials: 9, eta: 2, minimumSteps: 8, space, share: 0.5 };
    const { search: planned } = await plan(
      jobOf({ training: { fineTuning: { batchSize: 8, epochs: 5 }, search: small } }),
    );
    expect(planned?.rungs.map(({ trials }) => trials)).toEqual([4, 2]);
    expect(planned?.rungs.at(-1)?.steps).toBeLessThan(16);
  });

  it('of every phase is planned, and says where the phase goes on from the best trial', async () => {
    const architecture = { architecture: 'gpt2', layers: 1, hiddenSize: 16, heads: 2, contextLength: 16 };
    const earlyStopping = { patience: 3 };
    const supervisedFineTuning = { batchSize: 4, epochs: 3, earlyStopping, template: { prompt: '{text}:' } };
    const searched = (field: string) => ({ ...search, space: { [field]: { uniform: [0, 0.5] } } });
    const training = { pretraining: { batchSize: 8 }, supervisedFineTuning };
    const answering = await plan(
      jobOf({ architecture, training: { ...training, search: searched('supervisedFineTuning.dropout') } }),
    );
    expect(answering.search).toMatchObject({ phase: 'supervised-fine-tuning', goesOn: true });
    const pretraining = await plan(
      jobOf({ architecture, training: { ...training, search: searched('pretraining.dropout') } }),
    );
    expect(pretraining.search).toMatchObject({ phase: 'pretraining', goesOn: false });
  });

  it('takes as much memory as its heaviest trial, and so does the phase', async () => {
    const space = { 'fineTuning.optimizer': ['sgd', 'adamw'] };
    const light = { ...fineTuning, optimizer: 'sgd' };
    const [own] = (await plan(jobOf({ training: { fineTuning: light } }))).phases;
    const { phases, search: planned } = await plan(
      jobOf({ training: { fineTuning: light, search: { ...search, space } } }),
    );
    expect(planned?.memory.optimizer).toBeGreaterThan(own.memory.optimizer);
    expect(phases[0].memory).toEqual(planned?.memory);
  });
});
