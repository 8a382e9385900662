import { describe, expect, it } from 'vitest';
import { costOf } from '../../../../pipeline/graph/cost.ts';
import { createGraph } from '../../../../pipeline/graph/ir.ts';
import {
  add,
  input,
  matMul,
  parameter,
  reduceSum,
  reshape,
  softmax,
  square,
} from '../../../../pipeline/graph/operations.ts';

describe('what a graph costs', () => {
  it('counts the multiplications and additions of matrix products, transposed and batched ones too', () => {
    const graph = createGraph();
    const a = input(graph, 'a', [3, 5, 7]);
    const b = input(graph, 'b', [3, 11, 7]);
    const product = matMul(a, b, { transposeB: true }); // [3, 5, 11]
    expect(costOf([product]).matrixOperations).toBe(2 * 3 * 5 * 11 * 7);
    const other = matMul(product, input(graph, 'c', [3, 5, 2]), { transposeA: true }); // [3, 11, 2]
    expect(costOf([other]).matrixOperations).toBe(2 * 3 * 5 * 11 * (7 + 2));
  });

  it('holds a result until its last reader has run, and outputs to the end', () => {
    const graph = createGraph();
    const x = input(graph, 'x', [100]);
    const chain = square(square(square(square(x)))); // two at a time: what is read, and what is made of it
    expect(costOf([chain]).peakBytes).toBe(2 * 400);
    const first = square(x);
    expect(costOf([first, square(square(square(first)))]).peakBytes).toBe(3 * 400);
  });

  it('takes another shape of a tensor for the same memory', () => {
    const graph = createGraph();
    const made = square(input(graph, 'x', [10, 10]));
    const flat = reshape(made, [100]);
    expect(costOf([flat]).peakBytes).toBe(400);
    expect(costOf([reduceSum(flat, [0]), made]).peakBytes).toBe(404);
  });

  it('has inputs and parameters for nothing, and takes composites apart', () => {
    const graph = createGraph();
    const sum = add(input(graph, 'x', [100]), parameter(graph, 'w', [100]));
    expect(costOf([sum])).toMatchObject({ peakBytes: 400, matrixOperations: 0, movedBytes: 1_200 });
    expect(costOf([softmax(sum)]).operations).toBeGreaterThanOrEqual(4);
  });
});
