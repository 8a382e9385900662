import { beforeAll, describe, expect, it } from 'vitest';
import { fineTuningSchema, pretrainingSchema } from '../../../../contracts/model-spec/learning.ts';
import { createGraph, reachableOf } from '../../../../pipeline/graph/ir.ts';
import { add, input, multiply, reduceSum } from '../../../../pipeline/graph/operations.ts';
import { initialParameters } from '../../../../pipeline/model/layout.ts';
import { createRandom } from '../../../../pipeline/random.ts';
import { createFineTuning } from '../../../../pipeline/training/fine-tuning.ts';
import { paddedRows, partsOf, rowsAtOnce } from '../../../../pipeline/training/micro-batches.ts';
import type { Objective } from '../../../../pipeline/training/objective.ts';
import { adamW } from '../../../../pipeline/training/optimizer.ts';
import { openPlainSession } from '../../../../pipeline/training/plain-session.ts';
import { createPretraining } from '../../../../pipeline/training/pretraining.ts';
import { startingVectors } from '../../../../pipeline/training/session.ts';
import type { TokenRows } from '../../../../pipeline/training/token-rows.ts';
import { usePlainBackend } from '../model/plain-backend.ts';

describe('the rows of a part', () => {
  it('are those that the model file asks for, and no more than a batch has', () => {
    expect(rowsAtOnce({ batchSize: 16 })).toBe(16);
    expect(rowsAtOnce({ batchSize: 16, microBatchSize: 5 })).toBe(5);
    expect(rowsAtOnce({ batchSize: 16, microBatchSize: 64 })).toBe(16);
  });

  it('fill the last part, and make up no part altogether', () => {
    expect(paddedRows(16, { batchSize: 16, microBatchSize: 5 })).toBe(20);
    expect(paddedRows(3, { batchSize: 16, microBatchSize: 5 })).toBe(5);
    expect(paddedRows(3, { batchSize: 16 })).toBe(16);
  });
});

describe('the feeds of a part', () => {
  const graph = createGraph();
  const rows = input(graph, 'rows', [2, 2]);
  const weights = input(graph, 'weights', [2, 1]);
  const seed = input(graph, 'seed', [2]);
  const inputs = reachableOf([reduceSum(add(multiply(rows, weights), seed), [0, 1])], 'input');

  it('are its slice of what is cut, the seed, and its number', () => {
    const feeds = {
      rows: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      weights: Float32Array.of(0, 1, 2, 3),
      seed: Float32Array.of(8, 9),
    };
    expect(partsOf(inputs, feeds)).toEqual([
      {
        rows: Float32Array.of(1, 2, 3, 4),
        weights: Float32Array.of(0, 1),
        seed: Float32Array.of(8, 9),
        part: Int32Array.of(0),
      },
      {
        rows: Float32Array.of(5, 6, 7, 8),
        weights: Float32Array.of(2, 3),
        seed: Float32Array.of(8, 9),
        part: Int32Array.of(1),
      },
    ]);
  });

  it('are refused where one input is fed for fewer parts than another, or for half of one', () => {
    const fed = (rows: number, weights: number) => () =>
      partsOf(inputs, { rows: new Float32Array(rows), weights: new Float32Array(weights) });
    expect(fed(8, 2)).toThrow(new RangeError('input weights: expected 4 numbers, got 2'));
    expect(fed(3, 2)).toThrow(new RangeError('input rows: expected 4 numbers, got 3'));
  });
});

describe('a batch in parts', () => {
  beforeAll(usePlainBackend);

  const random = createRandom(4);
  const tokens: TokenRows = {
    rows: 10,
    contextLength: 8,
    vocabularySize: 30,
    padId: 0,
    maskId: 4,
    clsId: 2,
    sepId: 3,
    ids: Uint16Array.from({ length: 80 }, () => 5 + random.integer(25)),
    lengths: Uint16Array.from({ length: 10 }, () => 2 + random.integer(7)),
  };
  const config = {
    vocabularySize: 30,
    hiddenSize: 8,
    layers: 2,
    heads: 2,
    intermediateSize: 12,
    contextLength: 8,
    tokenTypes: 2,
    layerNormEpsilon: 1e-12,
    padTokenId: 0,
    dropout: 0.2,
  };
  const examples = Array.from({ length: 10 }, (_, row) => ({ row, label: row % 3 }));
  const objectives = {
    'fine-tuning': (microBatchSize?: number): Objective =>
      createFineTuning({
        config: { ...config, head: 'classification', labels: ['a', 'b', 'c'] },
        seed: 2,
        tokens,
        options: fineTuningSchema.parse({
          batchSize: 7,
          microBatchSize,
          dropout: 0.2,
          classWeights: 'balanced',
          labelSmoothing: 0.1,
        }),
        training: examples,
        validation: [],
      }),
    pretraining: (microBatchSize?: number): Objective =>
      createPretraining({
        config: { ...config, head: 'masked-language-model', labels: [] },
        seed: 2,
        tokens,
        options: pretrainingSchema.parse({ batchSize: 7, microBatchSize, dropout: 0.2, maskedFraction: 0.3 }),
      }),
  };

  async function train(objective: Objective) {
    const optimizer = adamW(0.1);
    const start = startingVectors(initialParameters(objective.layout, 1), { ...objective, optimizer });
    const session = await openPlainSession(
      { ...objective, optimizer, precision: 'float32', maximumNorm: 1 },
      start,
    );
    const results = [0, 1].map((step) => {
      const { program, feeds } = objective.batch(step);
      return session.step(program, feeds, { step, learningRate: 0.01 });
    });
    return { results, moments: session.read().firstMoments };
  }

  it.each([
    ['fine-tuning', 3],
    ['fine-tuning', 1],
    ['pretraining', 4],
    ['pretraining', 1],
  ] as const)(
    'takes the steps of the whole batch, dropout included: %s, %i rows at once',
    async (kind, size) => {
      const whole = await train(objectives[kind]());
      const parted = await train(objectives[kind](size));
      for (const [step, { loss, gradientNorm }] of parted.results.entries()) {
        expect(loss).toBeCloseTo(whole.results[step].loss, 5);
        expect(gradientNorm).toBeCloseTo(whole.results[step].gradientNorm, 5);
      }
      const furthest = parted.moments.reduce(
        (most, value, index) => Math.max(most, Math.abs(value - whole.moments[index])),
        0,
      );
      expect(furthest).toBeLessThan(1e-6);
    },
  );
});
