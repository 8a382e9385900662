import { describe, expect, it } from 'vitest';
import type { Graph, Node } from '../../../../pipeline/graph/ir.ts';
import { createGraph, GraphError } from '../../../../pipeline/graph/ir.ts';
import type { OperationName, Shape } from '../../../../pipeline/graph/operation-kinds.ts';
import * as op from '../../../../pipeline/graph/operations.ts';
import { allGraphCases } from '../../../support/graph-cases.ts';

type Make = (graph: Graph) => Node;

let made = 0;
/** An input of its own. */
function x(graph: Graph, ...shape: Shape): Node {
  made += 1;
  return op.input(graph, `x${made}`, shape);
}
const ids = (graph: Graph, count: number): Node => op.input(graph, 'ids', [count], 'int32');

const refusals: readonly (readonly [operation: OperationName, problem: string, make: Make])[] = [
  ['input', 'expected counts of 1 or more, got [2, 0]', (g) => x(g, 2, 0)],
  ['input', 'expected counts of 1 or more, got [-2]', (g) => x(g, -2)],
  ['parameter', 'expected counts of 1 or more, got [1.5]', (g) => op.parameter(g, 'w', [1.5])],
  ['constant', '[2, 2] does not hold 3 numbers', (g) => op.constant(g, Float32Array.of(1, 2, 3), [2, 2])],

  ['add', '[2, 3] and [2] do not broadcast', (g) => op.add(x(g, 2, 3), x(g, 2))],
  ['subtract', '[2] and [3] do not broadcast', (g) => op.subtract(x(g, 2), x(g, 3))],
  ['multiply', 'input 1: expected float32, got int32', (g) => op.multiply(x(g, 2), ids(g, 2))],
  ['divide', '[2, 1] and [3, 2] do not broadcast', (g) => op.divide(x(g, 2, 1), x(g, 3, 2))],
  ['maximum', '[4] and [2, 3] do not broadcast', (g) => op.maximum(x(g, 4), x(g, 2, 3))],
  ['tanh', 'input 0: expected float32, got int32', (g) => op.tanh(ids(g, 2))],
  ['tanh', 'expected 1 inputs, got 2', (g) => g.add('tanh', [x(g, 1), x(g, 1)], {})],

  ['matMul', '[2, 3] and [4, 5]: 3 and 4 do not meet', (g) => op.matMul(x(g, 2, 3), x(g, 4, 5))],
  [
    'matMul',
    '[2, 3]ᵀ and [3, 5]: 2 and 3 do not meet',
    (g) => op.matMul(x(g, 2, 3), x(g, 3, 5), { transposeA: true }),
  ],
  [
    'matMul',
    '[2, 3] and [3, 5]ᵀ: 3 and 5 do not meet',
    (g) => op.matMul(x(g, 2, 3), x(g, 3, 5), { transposeB: true }),
  ],
  [
    'matMul',
    '[3] and [3]: expected two axes or more, equal before the last two',
    (g) => op.matMul(x(g, 3), x(g, 3)),
  ],
  [
    'matMul',
    '[2, 3] and [1, 3, 4]: expected two axes or more, equal before the last two',
    (g) => op.matMul(x(g, 2, 3), x(g, 1, 3, 4)),
  ],
  [
    'matMul',
    '[2, 1, 3] and [4, 3, 1]: expected two axes or more, equal before the last two',
    (g) => op.matMul(x(g, 2, 1, 3), x(g, 4, 3, 1)),
  ],

  ['reduceSum', 'axes [2] of [2, 3]', (g) => op.reduceSum(x(g, 2, 3), [2])],
  ['reduceMean', 'axes [-1] of [2, 3]', (g) => op.reduceMean(x(g, 2, 3), [-3])],
  ['reduceMax', 'axes [] of [2, 3]', (g) => op.reduceMax(x(g, 2, 3), [])],
  ['reduceSum', 'axes [1, 1] of [2, 3]', (g) => op.reduceSum(x(g, 2, 3), [1, -1])],
  ['reduceSum', 'axes [0.5] of [2, 3]', (g) => op.reduceSum(x(g, 2, 3), [0.5])],

  ['reshape', '[2, 3] does not fill [4]', (g) => op.reshape(x(g, 2, 3), [4])],
  ['reshape', 'expected counts of 1 or more, got [-2, -3]', (g) => op.reshape(x(g, 6), [-2, -3])],
  ['broadcast', '[2] does not stretch to [1]', (g) => op.broadcast(x(g, 2), [1])],
  ['broadcast', '[2, 3] and [4, 3] do not broadcast', (g) => op.broadcast(x(g, 2, 3), [4, 3])],
  ['transpose', '[0, 0] does not permute [2, 3]', (g) => op.transpose(x(g, 2, 3), [0, 0])],
  ['transpose', '[1, 0, 2] does not permute [2, 3]', (g) => op.transpose(x(g, 2, 3), [1, 0, 2])],
  ['slice', '[2, 3] from [1, 0] is not within [2, 3]', (g) => op.slice(x(g, 2, 3), [1, 0], [2, 3])],
  ['slice', '[1] from [-1] is not within [2]', (g) => op.slice(x(g, 2), [-1], [1])],
  ['slice', '[1] from [0.5] is not within [2]', (g) => op.slice(x(g, 2), [0.5], [1])],
  ['slice', '[1] from [0, 0] is not within [2, 3]', (g) => op.slice(x(g, 2, 3), [0, 0], [1])],
  ['slice', '[1, 1] from [0] is not within [2, 3]', (g) => op.slice(x(g, 2, 3), [0], [1, 1])],
  ['slice', '[1, 1] from [0, 0] is not within [2]', (g) => op.slice(x(g, 2), [0, 0], [1, 1])],
  ['slice', 'expected counts of 1 or more, got [0]', (g) => op.slice(x(g, 2), [1], [0])],
  ['pad', '[1] and [1, 0] around [2]', (g) => op.pad(x(g, 2), [1], [1, 0])],
  ['pad', '[-1] and [2] around [2]', (g) => op.pad(x(g, 2), [-1], [2])],
  ['concatenate', '[2, 3], [2, 4] along axis 0', (g) => op.concatenate([x(g, 2, 3), x(g, 2, 4)], 0)],
  ['concatenate', '[2], [2] along axis 1', (g) => op.concatenate([x(g, 2), x(g, 2)], 1)],
  ['concatenate', '[2], [3] along axis -1', (g) => op.concatenate([x(g, 2), x(g, 3)], -1)],
  ['concatenate', '[2], [2] along axis 0', (g) => op.concatenate([x(g, 2), ids(g, 2)], 0)],
  ['concatenate', 'expected 1 to 64 inputs, got 0', (g) => g.add('concatenate', [], { axis: 0 })],

  ['gather', 'input 1: expected int32, got float32', (g) => op.gather(x(g, 2, 3), x(g, 2))],
  [
    'gather',
    'expected a table of rows and a list of ids, got [2] and [3]',
    (g) => op.gather(x(g, 2), ids(g, 3)),
  ],
  [
    'segmentSum',
    'expected rows and an id for each, got [2, 3] and [3]',
    (g) => op.segmentSum(x(g, 2, 3), ids(g, 3), 4),
  ],
  ['segmentSum', 'expected counts of 1 or more, got [0, 3]', (g) => op.segmentSum(x(g, 2, 3), ids(g, 2), 0)],
  [
    'dropoutMask',
    'expected a seed of two numbers, got [3]',
    (g) => op.dropoutMask(ids(g, 3), { rate: 0.1, stream: 0, shape: [1] }),
  ],
  [
    'dropoutMask',
    'expected a rate between 0 and 1, got 1',
    (g) => op.dropoutMask(ids(g, 2), { rate: 1, stream: 0, shape: [1] }),
  ],
  [
    'dropoutMask',
    'expected a rate between 0 and 1, got 0',
    (g) => op.dropoutMask(ids(g, 2), { rate: 0, stream: 0, shape: [1] }),
  ],
  [
    'dropoutMask',
    'expected a rate between 0 and 1, got NaN',
    (g) => op.dropoutMask(ids(g, 2), { rate: Number.NaN, stream: 0, shape: [1] }),
  ],
  [
    'dropoutMask',
    'expected a stream that is an int32, got 0.5',
    (g) => op.dropoutMask(ids(g, 2), { rate: 0.1, stream: 0.5, shape: [1] }),
  ],
  [
    'dropoutMask',
    'input 0: expected int32, got float32',
    (g) => op.dropoutMask(x(g, 2), { rate: 0.1, stream: 0, shape: [1] }),
  ],

  ['softmax', 'expected an axis, got a scalar', (g) => op.softmax(x(g))],
  ['logSoftmax', 'expected an axis, got a scalar', (g) => op.logSoftmax(x(g))],
  [
    'crossEntropy',
    'expected rows of logits and a label for each, got [2, 3] and [3]',
    (g) => op.crossEntropy(x(g, 2, 3), ids(g, 3)),
  ],
  [
    'crossEntropyGradient',
    'expected rows of logits and a label for each, got [3] and [3]',
    (g) => op.crossEntropyGradient(x(g, 3), ids(g, 3)),
  ],

  [
    'layerNormalization',
    'expected rows with a gain and a bias a channel, got [2, 3], [1], [3]',
    (g) => op.layerNormalization(x(g, 2, 3), x(g, 1), x(g, 3), 1e-5),
  ],
  [
    'layerNormalization',
    'expected rows with a gain and a bias a channel, got [2, 3], [3], [2]',
    (g) => op.layerNormalization(x(g, 2, 3), x(g, 3), x(g, 2), 1e-5),
  ],
  [
    'layerNormalization',
    'expected rows with a gain and a bias a channel, got [3], [3], [3]',
    (g) => op.layerNormalization(x(g, 3), x(g, 3), x(g, 3), 1e-5),
  ],
  [
    'attention',
    'expected queries, keys and values [B, H, rows, channels] and a mask of their scores, got [1, 2, 3, 4], [1, 2, 3, 5], [1, 2, 3, 5], [3, 3]',
    (g) =>
      op.attention({
        query: x(g, 1, 2, 3, 4),
        key: x(g, 1, 2, 3, 5),
        value: x(g, 1, 2, 3, 5),
        mask: x(g, 3, 3),
      }),
  ],
  [
    'attention',
    '[1, 2, 3, 3] and [2] do not broadcast',
    (g) =>
      op.attention({
        query: x(g, 1, 2, 3, 4),
        key: x(g, 1, 2, 3, 4),
        value: x(g, 1, 2, 3, 4),
        mask: x(g, 2),
      }),
  ],
  [
    'attention',
    'expected queries, keys and values [B, H, rows, channels] and a mask of their scores, got [1, 1, 2, 4], [1, 1, 3, 4], [1, 1, 2, 4], [3]',
    (g) =>
      op.attention({
        query: x(g, 1, 1, 2, 4),
        key: x(g, 1, 1, 3, 4),
        value: x(g, 1, 1, 2, 4),
        mask: x(g, 3),
      }),
  ],
  [
    'attention',
    'expected queries, keys and values [B, H, rows, channels] and a mask of their scores, got [3, 4], [3, 4], [3, 4], [3, 3]',
    (g) => op.attention({ query: x(g, 3, 4), key: x(g, 3, 4), value: x(g, 3, 4), mask: x(g, 3, 3) }),
  ],
  [
    'attention',
    'expected queries, keys and values [B, H, rows, channels] and a mask of their scores, got [1, 1, 2, 4], [1, 1, 3, 4], [1, 1, 3, 4], [3]',
    (g) =>
      op.attention({
        query: x(g, 1, 1, 2, 4),
        key: x(g, 1, 1, 3, 4),
        value: x(g, 1, 1, 3, 4),
        mask: x(g, 3),
        keep: x(g, 1, 1, 2, 2),
      }),
  ],
];

describe('a node that cannot be', () => {
  it.each(refusals)('%s is refused with "%s" and where it stands', (operation, problem, make) => {
    const graph = createGraph();
    const error = errorOf(() => graph.scoped('layer 2', () => graph.scoped('output', () => make(graph))));
    expect(error).toBeInstanceOf(GraphError);
    expect(error).toMatchObject({
      message: `layer 2.output: ${operation}: ${problem}`,
      operation,
      scope: 'layer 2.output',
    });
  });

  it('of an unknown operation is refused with its name', () => {
    const graph = createGraph();
    const [name] = ['convolve'] as string[];
    expect(() => graph.add(name as 'tanh', [], {})).toThrow('convolve: no such operation');
    expect(() => graph.add('toString' as 'tanh', [], {})).toThrow('toString: no such operation');
  });

  it('of another graph is refused', () => {
    const [here, there] = [x(createGraph(), 2), x(createGraph(), 2)];
    expect(() => op.add(here, there)).toThrow('add: an input belongs to another graph');
  });

  it('leaves nothing behind', () => {
    const graph = createGraph();
    const [a, b] = [x(graph, 2), x(graph, 3)];
    expect(() => op.add(a, b)).toThrow(GraphError);
    expect(graph.nodes).toEqual([a, b]);
    expect(op.tanh(a).scope).toBe('');
  });
});

describe('a shape', () => {
  const graph = createGraph();
  const of = (...shape: Shape): Node => x(graph, ...shape);

  it.each([
    ['of a sum, both operands stretched', op.add(of(2, 1, 3), of(4, 1)), [2, 4, 3]],
    ['of a product, batch by batch', op.matMul(of(2, 3, 4, 5), of(2, 3, 5, 6)), [2, 3, 4, 6]],
    [
      'of a product of transposed matrices',
      op.matMul(of(4, 2), of(3, 4), { transposeA: true, transposeB: true }),
      [2, 3],
    ],
    ['of a reduction', op.reduceSum(of(2, 3, 4), [0, -1]), [3]],
    ['of a reduction that keeps its axes', op.reduceMax(of(2, 3, 4), [0, -1], true), [1, 3, 1]],
    ['of a transposition', op.transpose(of(2, 3, 4), [2, 0, 1]), [4, 2, 3]],
    ['of a padded tensor', op.pad(of(2, 3), [1, 0], [0, 2]), [3, 5]],
    ['of concatenated tensors', op.concatenate([of(2, 3), of(2, 1), of(2, 2)], 1), [2, 6]],
    ['of an embedding', op.gather(of(10, 4), ids(graph, 3)), [3, 4]],
    ['of summed segments', op.segmentSum(of(3, 4), ids(graph, 3), 10), [10, 4]],
    ['of a loss a row', op.crossEntropy(of(3, 4), ids(graph, 3)), [3]],
    [
      'of attention',
      op.attention({ query: of(2, 3, 1, 4), key: of(2, 3, 5, 4), value: of(2, 3, 5, 4), mask: of(5) }),
      [2, 3, 1, 4],
    ],
  ])('%s follows from its operands', (_, node, shape) => {
    expect([node.shape, node.type]).toEqual([shape, 'float32']);
  });

  it('that changes nothing makes no node', () => {
    const node = of(2, 3);
    expect(op.reshape(node, [2, 3])).toBe(node);
    expect(op.broadcast(node, [2, 3])).toBe(node);
    expect(op.concatenate([node], 0)).toBe(node);
    expect(op.scale(node, 1)).toBe(node);
  });
});

it('the table of cases has every operation in a graph of its own', () => {
  for (const [title, { build }] of allGraphCases) {
    const graph = createGraph();
    build(graph);
    const operation = title.slice(0, title.indexOf(':'));
    expect(
      graph.nodes.map((node) => node.operation),
      title,
    ).toContain(operation);
  }
  expect(new Set(allGraphCases.map(([title]) => title)).size).toBe(allGraphCases.length);
});

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
