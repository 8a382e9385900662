import { describe, expect, it } from 'vitest';
import { createGraph, printGraph, reachable } from '../../../../pipeline/graph/ir.ts';
import * as op from '../../../../pipeline/graph/operations.ts';

describe('equal nodes', () => {
  const graph = createGraph();
  const x = op.input(graph, 'x', [2, 3]);

  it('are made once', () => {
    expect(op.input(graph, 'x', [2, 3])).toBe(x);
    expect(op.tanh(op.square(x))).toBe(op.tanh(op.square(x)));
    expect(op.slice(x, [0, 1], [2, 2])).toBe(op.slice(x, [0, 1], [2, 2]));
    expect(op.reduceSum(x, [-1])).toBe(op.reduceSum(x, [1]));
    expect(op.scalar(graph, 0.1)).toBe(op.scalar(graph, 0.1));
    expect(op.constant(graph, Int32Array.of(1, 2), [2])).toBe(op.constant(graph, Int32Array.of(1, 2), [2]));
  });

  it('are made once wherever they stand, and bear the name of the first place', () => {
    const first = graph.scoped('first', () => op.negate(x));
    expect(graph.scoped('second', () => op.negate(x))).toBe(first);
    expect(first.scope).toBe('first');
  });

  it('are told apart by operation, inputs, order, attributes, shape and type', () => {
    const y = op.input(graph, 'y', [2, 3]);
    const nodes = [
      op.square(x),
      op.tanh(x),
      op.square(y),
      op.subtract(x, y),
      op.subtract(y, x),
      op.reduceSum(x, [0]),
      op.reduceSum(x, [1]),
      op.reduceSum(x, [1], true),
      op.constant(graph, Float32Array.of(1, 2), [2]),
      op.constant(graph, Float32Array.of(1, 2), [1, 2]),
      op.constant(graph, Int32Array.of(1, 2), [2]),
      op.scalar(graph, 0),
      op.scalar(graph, -0),
      op.gelu(x),
      op.gelu(x, 'tanh'),
    ];
    expect(new Set(nodes).size).toBe(nodes.length);
  });

  it('are large constants only where they share their numbers', () => {
    const numbers = new Float32Array(100);
    const one = op.constant(graph, numbers, [100]);
    expect(op.constant(graph, numbers, [100])).toBe(one);
    expect(op.constant(graph, numbers, [10, 10])).not.toBe(one);
    expect(op.constant(graph, new Float32Array(100), [100])).not.toBe(one);
  });

  it('are small constants by their own numbers, not by those around them', () => {
    const numbers = Float32Array.of(1, 2, 3);
    expect(op.constant(graph, numbers.subarray(1), [2])).toBe(op.constant(graph, Float32Array.of(2, 3), [2]));
  });
});

describe('nodes that are reached', () => {
  it('come inputs first, and without what the outputs do not read', () => {
    const graph = createGraph();
    const x = op.input(graph, 'x', [2]);
    op.tanh(x);
    const squared = op.square(x);
    const y = op.add(squared, x);
    op.input(graph, 'unused', [1]);
    expect(reachable([y])).toEqual([x, squared, y]);
    expect(reachable([squared, x])).toEqual([x, squared]);
  });

  it('may be many, one behind the other', () => {
    const graph = createGraph();
    const depth = 50_000; // a recursion would end here
    let node = op.input(graph, 'x', []);
    for (let level = 0; level < depth; level += 1) node = op.tanh(node);
    expect(reachable([node])).toHaveLength(depth + 1);
  });
});

describe('scopes', () => {
  it('end with what is built in them, be it refused', () => {
    const graph = createGraph();
    const x = op.input(graph, 'x', [2]);
    const inside = graph.scoped('layer 0', () => graph.scoped('gelu', () => op.tanh(x)));
    expect(() => graph.scoped('layer 1', () => op.transpose(x, [1]))).toThrow('layer 1: transpose: ');
    expect([inside.scope, op.negate(x).scope]).toEqual(['layer 0.gelu', '']);
  });
});

describe('a printed graph', () => {
  it('has a line for each node that is reached, with its shape, attributes and place', () => {
    const graph = createGraph();
    const ids = op.input(graph, 'ids', [2], 'int32');
    const table = op.parameter(graph, 'wte', [5, 4]);
    op.square(table);
    const rows = graph.scoped('embedding', () => op.gather(table, ids));
    const few = op.constant(graph, Float32Array.of(1, 0.5), [2, 1]);
    const many = op.constant(graph, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 4]);
    const y = op.reduceMean(op.multiply(op.add(rows, many), few), [0], true);
    expect(printGraph([y])).toBe(
      [
        '%0 = input(name: ids) int32[2]',
        '%1 = parameter(name: wte) float32[5, 4]',
        '%3 = gather(%1, %0) float32[2, 4]  # embedding',
        '%4 = constant(values: [1, 0.5]) float32[2, 1]',
        '%5 = constant(values: [1, 2, 3, 4, …]) float32[2, 4]',
        '%6 = add(%3, %5) float32[2, 4]',
        '%7 = multiply(%6, %4) float32[2, 4]',
        '%8 = reduceMean(%7, axes: [0], keepDimensions: true) float32[1, 4]',
      ].join('\n'),
    );
  });
});
