import { describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import { fineTuningSchema } from '../../../../contracts/model-spec/learning.ts';
import { createGraph } from '../../../../pipeline/graph/ir.ts';
import { input, matMul, parameter, reduceMean, tanh } from '../../../../pipeline/graph/operations.ts';
import { layOut } from '../../../../pipeline/model/layout.ts';
import { estimatePlan } from '../../../../pipeline/training/estimate.ts';
import { adamW } from '../../../../pipeline/training/optimizer.ts';
import { forecastMemory, partsOfBatch } from '../../../../worker/trainer/memory-check.ts';

const gibibyte = 2 ** 30;
const job = (options: object) => ({ kind: 'fine-tuning' as const, options: fineTuningSchema.parse(options) });
const batch = job({ batchSize: 16 });

/** 16 rows of much: a matrix of 64 MiB, and 4 GiB of what it makes of the batch, held for the backward pass. */
function planOf() {
  const graph = createGraph();
  const weight = parameter(graph, 'w', [4_096, 4_096]);
  const hidden = tanh(matMul(input(graph, 'x', [16 * 4_096, 4_096]), weight));
  const loss = reduceMean(tanh(matMul(hidden, weight)), [0, 1]);
  const layout = layOut([['w', [4_096, 4_096], 0.1]]);
  return { layout, optimizer: adamW(0.01), losses: { only: loss }, validations: {} };
}
const plan = planOf();
const needed = estimatePlan(plan).memory.total;

const forecast = (available: number) =>
  forecastMemory(batch, plan, { available: () => available, resident: () => 1_000, peak: () => 5_000 });

function refusal(available: number): CoppiceFailure | undefined {
  try {
    forecast(available).requireFit();
    return undefined;
  } catch (error) {
    if (error instanceof CoppiceFailure) return error;
    throw error;
  }
}

describe('a phase that is about to begin', () => {
  it('goes on where its memory is there', () => {
    expect(refusal(needed)).toBeUndefined();
  });

  it('is sent back with what it needs, what is left, and how many rows at once would fit', () => {
    const failure = refusal(2 * gibibyte);
    expect(failure?.type).toBe('OutOfMemory');
    expect(failure?.message).toMatch(
      /^fine-tuning needs about \d\.\d\d GiB of memory \(parameters 0\.06, optimizer 0\.13, .*\), and 2\.00 GiB are left: a microBatchSize of \d would fit, and changes nothing else$/,
    );
    expect(failure?.details).toMatchObject({ neededBytes: needed, availableBytes: 2 * gibibyte });
    expect(failure?.details.rowsThatFit).toBeGreaterThan(1);
  });

  it('is refused where not even one row fits, and told to be smaller altogether', () => {
    const failure = refusal(gibibyte / 4);
    expect(failure?.type).toBe('InsufficientMemory');
    expect(failure?.message).toMatch(
      /not even a microBatchSize of 1 .* shorter contextLength or a smaller model$/,
    );
  });

  it('tells at its end what was estimated and what it came to', () => {
    expect(forecast(needed).figures()).toEqual({ estimatedBytes: needed + 1_000, peakBytes: 5_000 });
  });

  it('has as many parts as its batch is computed in', () => {
    expect(partsOfBatch(batch)).toBe(1);
    expect(partsOfBatch(job({ batchSize: 16, microBatchSize: 5 }))).toBe(4);
  });
});
