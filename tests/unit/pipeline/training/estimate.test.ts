import { describe, expect, it } from 'vitest';
import type { Node } from '../../../../pipeline/graph/ir.ts';
import { createGraph } from '../../../../pipeline/graph/ir.ts';
import {
  crossEntropy,
  input,
  matMul,
  parameter,
  reduceMean,
  tanh,
} from '../../../../pipeline/graph/operations.ts';
import { layOut } from '../../../../pipeline/model/layout.ts';
import { estimatePlan, rowsThatFit } from '../../../../pipeline/training/estimate.ts';
import { adamW, momentumSgd } from '../../../../pipeline/training/optimizer.ts';

const WIDTH = 64;
const CLASSES = 8;
const layout = layOut([
  ['hidden', [WIDTH, WIDTH], 0.1],
  ['classes', [WIDTH, CLASSES], 0.1],
]);

/** tanh(x·W)·V against labels, for so many rows. */
function lossOf(rows: number): Node {
  const graph = createGraph();
  const hidden = tanh(matMul(input(graph, 'x', [rows, WIDTH]), parameter(graph, 'hidden', [WIDTH, WIDTH])));
  const logits = matMul(hidden, parameter(graph, 'classes', [WIDTH, CLASSES]));
  return reduceMean(crossEntropy(logits, input(graph, 'labels', [rows], 'int32')), [0]);
}

const planOf = (rows: number, optimizer = adamW(0.01) as ReturnType<typeof adamW | typeof momentumSgd>) => ({
  layout,
  optimizer,
  losses: { short: lossOf(rows / 4), long: lossOf(rows) },
  validations: { long: lossOf(rows / 2) },
});

describe('the estimate of a phase', () => {
  it('counts parameters, what the optimizer keeps, and gradients, once more where a batch has parts', () => {
    const bytes = 4 * layout.size;
    const { memory } = estimatePlan(planOf(512));
    expect(memory).toMatchObject({ parameters: bytes, optimizer: 2 * bytes, gradients: bytes });
    expect(estimatePlan(planOf(512), 2).memory.gradients).toBe(2 * bytes);
    expect(estimatePlan(planOf(512, momentumSgd(0))).memory.optimizer).toBe(bytes);
  });

  it('counts what is read and not trained among the parameters alone', () => {
    const classes = layOut([['classes', [WIDTH, CLASSES], 0.1]]);
    const estimate = estimatePlan({ ...planOf(512), layout: classes });
    const trained = 4 * classes.size;
    expect(estimate.frozenParameters).toBe(WIDTH * WIDTH);
    expect(estimate.memory).toMatchObject({
      parameters: 4 * layout.size,
      ...{ optimizer: 2 * trained, gradients: trained, checkpoint: 3 * 3 * trained },
    });
    const whole = estimatePlan(planOf(512));
    expect([whole.frozenParameters, whole.work.matrixOperations]).toEqual([
      0,
      estimate.work.matrixOperations + 2 * (512 * WIDTH * WIDTH + 512 * WIDTH * CLASSES),
    ]);
    expect(rowsThatFit(estimate, 512, estimate.memory.total)).toBeGreaterThan(0);
  });

  it('grows with the rows of the longest program, and so does its work', () => {
    const [small, large] = [512, 1_024].map((rows) => estimatePlan(planOf(rows)));
    const held = ({ memory }: typeof small) => memory.activations + memory.gradients;
    expect(held(large) / held(small)).toBeCloseTo(2, 0);
    expect(large.work.matrixOperations).toBe(2 * small.work.matrixOperations);
    // Forward, and twice backward, but for the gradient of the input that nobody asks for.
    const forward = 2 * 512 * WIDTH * (WIDTH + CLASSES);
    expect(small.work.matrixOperations).toBe(3 * forward - 2 * 512 * WIDTH * WIDTH);
  });

  it('is at least the sum of what is kept, and covers a checkpoint where that is more than a step', () => {
    const { memory } = estimatePlan(planOf(8));
    expect(memory.checkpoint).toBeGreaterThan(memory.activations);
    expect(memory.total).toBeGreaterThan(memory.parameters + memory.optimizer + memory.checkpoint);
  });

  it('tells how many rows at once would fit', () => {
    const estimate = estimatePlan(planOf(65_536));
    const { total } = estimate.memory;
    expect(rowsThatFit(estimate, 65_536, total)).toBeGreaterThan(60_000);
    const half = rowsThatFit(estimate, 65_536, total / 2);
    expect(half).toBeGreaterThan(25_000);
    expect(estimatePlan(planOf(2 ** Math.floor(Math.log2(half))), 4).memory.total).toBeLessThan(total / 2);
    expect(rowsThatFit(estimate, 65_536, 1_000)).toBe(0);
  });
});
