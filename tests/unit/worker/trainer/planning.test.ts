import { describe, expect, it } from 'vitest';
import type { PlanningJob } from '../../../../contracts/training-plan.ts';
import { planningJobSchema } from '../../../../contracts/training-plan.ts';
import { planTraining } from '../../../../worker/trainer/planning.ts';

const speed = { matrixOperationsPerSecond: 1e9, bytesPerSecond: 1e9 };

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
    measureSpeed: () => speed,
  });

describe('a planned training', () => {
  it('has its phases with the parameters and the steps that they will have', () => {
    const { phases } = plan(jobOf());
    expect(phases.map(({ phase, steps }) => [phase, steps])).toEqual([
      ['pretraining', (2 * 48) / 8],
      ['fine-tuning', (3 * 40) / 8], // what is held out is not trained on
    ]);
    for (const { tokensPerStep, parameters, rowsThatFit } of phases) {
      expect([tokensPerStep, rowsThatFit]).toEqual([80, 8]);
      expect(parameters).toBeGreaterThan(40 * 16 + 10 * 16);
    }
  });

  it('has no pretraining where the model file has none, and ends where the model file says', () => {
    const { phases } = plan(jobOf({ training: { fineTuning: { maximumSteps: 7 } } }));
    expect(phases).toMatchObject([{ phase: 'fine-tuning', steps: 7 }]);
  });

  it('leaves out of pretraining what its early stopping validates on, and what is held out', () => {
    const earlyStopping = { patience: 3, share: 0.2 };
    const pretraining = { batchSize: 8, epochs: 2, earlyStopping };
    expect(plan(jobOf({ training: { pretraining } })).phases[0].steps).toBe((2 * 0.8 * (48 - 8)) / 8);
    const architecture = { architecture: 'gpt2', layers: 1, hiddenSize: 16, heads: 2, contextLength: 16 };
    expect(plan(jobOf({ architecture, training: { pretraining } })).phases[0].steps).toBe((2 * 32) / 8);
  });

  it('has as many steps where tokens are classified, and no pooler', () => {
    const [, documents] = plan(jobOf()).phases;
    const [, tokens] = plan(jobOf({ level: 'token' })).phases;
    expect(tokens).toMatchObject({ phase: 'fine-tuning', steps: documents.steps, rowsThatFit: 8 });
    expect(documents.parameters - tokens.parameters).toBe(16 * 16 + 16);
  });

  it('has the one phase of a decoder, over windows of its context length', () => {
    const architecture = { architecture: 'gpt2', layers: 1, hiddenSize: 16, heads: 2, contextLength: 16 };
    const { phases } = plan(jobOf({ architecture }));
    expect(phases).toMatchObject([{ phase: 'pretraining', steps: (2 * 40) / 8, tokensPerStep: 8 * 16 }]);
  });

  it('has a second phase of a decoder that is taught to answer, over its documents as rows', () => {
    const architecture = { architecture: 'gpt2', layers: 1, hiddenSize: 16, heads: 2, contextLength: 16 };
    const supervisedFineTuning = { batchSize: 4, epochs: 3, template: { prompt: '{text}:' } };
    const { phases } = plan(jobOf({ architecture, training: { pretraining: {}, supervisedFineTuning } }));
    expect(phases[1]).toMatchObject({
      ...{ phase: 'supervised-fine-tuning', steps: (3 * 40) / 4, tokensPerStep: 4 * 16 },
    });
  });

  it('takes as much longer as the machine is slower, and as there are more steps', () => {
    const [{ seconds, steps, tokensPerSecond, tokensPerStep }] = plan(jobOf()).phases;
    expect(tokensPerSecond).toBeCloseTo((steps * tokensPerStep) / seconds, 6);
    const [twice] = plan(jobOf({ documents: 96 })).phases;
    expect(twice.seconds).toBeCloseTo(2 * seconds, 9);
  });

  it('says how many rows at once fit where a batch does not, and 0 where none does', () => {
    const job = jobOf({
      architecture: { layers: 2, hiddenSize: 64, heads: 2, contextLength: 256 },
      training: { fineTuning: { batchSize: 64 } },
    });
    const [{ memory }] = plan(job).phases;
    const [{ rowsThatFit }] = plan(job, memory.total / 2).phases;
    expect(rowsThatFit).toBeGreaterThan(8);
    expect(rowsThatFit).toBeLessThan(64);
    expect(plan(job, 1e6).phases[0].rowsThatFit).toBe(0);
  });
});
