import { describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import { fineTuningSchema } from '../../../../contracts/model-spec/learning.ts';
import type { PlanEstimate } from '../../../../pipeline/training/estimate.ts';
import { partsOfBatch, requireMemory } from '../../../../worker/trainer/memory-check.ts';

const gibibyte = 2 ** 30;
const estimate: PlanEstimate = {
  memory: {
    parameters: gibibyte,
    optimizer: 2 * gibibyte,
    gradients: gibibyte,
    activations: 32 * gibibyte,
    graphs: 0,
    checkpoint: 9 * gibibyte,
    total: 41 * gibibyte,
  },
  work: { matrixOperations: 1, movedBytes: 1 },
};
const job = (options: object) => ({ kind: 'fine-tuning' as const, options: fineTuningSchema.parse(options) });

function refusal(availableGibibytes: number): CoppiceFailure | undefined {
  try {
    requireMemory(job({ batchSize: 16 }), estimate, { available: () => availableGibibytes * gibibyte });
    return undefined;
  } catch (error) {
    if (error instanceof CoppiceFailure) return error;
    throw error;
  }
}

describe('a phase that is about to begin', () => {
  it('goes on where its memory is there', () => {
    expect(refusal(41)).toBeUndefined();
  });

  it('is refused with what it needs, what is left, and how many rows at once would fit', () => {
    const failure = refusal(22);
    expect(failure?.type).toBe('InsufficientMemory');
    expect(failure?.message).toBe(
      'fine-tuning needs about 41.00 GiB of memory (parameters 1.00, optimizer 2.00, gradients 1.00, activations 32.00, ' +
        'checkpoint 9.00), and 22.00 GiB are left: a microBatchSize of 7 would fit, and changes nothing else',
    );
    expect(failure?.details).toMatchObject({ neededBytes: 41 * gibibyte, microBatchSizeThatFits: 7 });
  });

  it('is told to be smaller altogether where not even one row fits', () => {
    expect(refusal(3)?.message).toMatch(
      /not even a microBatchSize of 1 .* shorter contextLength or a smaller model$/,
    );
  });

  it('has as many parts as its batch is computed in', () => {
    expect(partsOfBatch(job({ batchSize: 16 }))).toBe(1);
    expect(partsOfBatch(job({ batchSize: 16, microBatchSize: 5 }))).toBe(4);
  });
});
