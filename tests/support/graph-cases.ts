// Every operation of the graph at work: what the targets are tested with, each against the same numbers.

import type { Node } from '../../pipeline/graph/ir.ts';
import type { OperationName } from '../../pipeline/graph/operation-kinds.ts';
import * as operations from '../../pipeline/graph/operations.ts';
import { attentionAndGradients } from './attention-case.ts';
import type { GraphCase } from './graph-case.ts';
import { graphCase } from './graph-case.ts';
import { largeProduct, matMul } from './product-cases.ts';

type Cases = readonly [GraphCase, ...GraphCase[]];

const binary = (operation: (a: Node, b: Node) => Node): Cases => [
  graphCase('shapes that are equal', ({ floats, positives }) =>
    operation(floats('a', [2, 3]), positives('b', [2, 3])),
  ),
  graphCase('a row for each row', ({ floats, positives }) =>
    operation(floats('a', [2, 3]), positives('b', [3])),
  ),
  graphCase('a number for all', ({ floats, positives }) =>
    operation(floats('a', []), positives('b', [2, 3])),
  ),
  graphCase('both stretched', ({ floats, positives }) =>
    operation(floats('a', [2, 1, 3]), positives('b', [4, 1])),
  ),
  graphCase('one tensor with itself', ({ positives }) => {
    const x = positives('x', [2, 2]);
    return operation(x, operations.scale(x, 2));
  }),
];

const unary = (operation: (x: Node) => Node): Cases => [
  graphCase('numbers of either sign', ({ floats }) => operation(floats('x', [3, 5]))),
  graphCase('a scalar', ({ floats }) => operation(floats('x', []))),
];

const ofPositives = (operation: (x: Node) => Node): Cases => [
  graphCase('positive numbers', ({ positives }) => operation(positives('x', [3, 5]))),
];

const TAILS = [-30, -6, -2.5, -0.1, 0.1, 2.5, 6, 30];
const tails = (operation: (x: Node) => Node): GraphCase =>
  graphCase('numbers far from 0', ({ floats }) => operation(floats('x', [TAILS.length], TAILS)));

type Reduce = (x: Node, axes: readonly number[], keepDimensions?: boolean) => Node;
const reduction = (reduce: Reduce, options?: { noGradient: true }): Cases => [
  graphCase('the last axis', ({ floats }) => reduce(floats('x', [2, 3]), [-1]), options),
  graphCase('the first axis, kept', ({ floats }) => reduce(floats('x', [2, 3]), [0], true), options),
  graphCase('two axes of three', ({ floats }) => reduce(floats('x', [2, 3, 4]), [0, 2]), options),
  graphCase('all axes', ({ floats }) => reduce(floats('x', [2, 3]), [0, 1]), options),
];

const LARGE = [1000, 999, -1000, -1e9, 3, 3]; // whose exponentials overflow
const normalizer = (operation: (x: Node) => Node): Cases => [
  graphCase('rows', ({ floats }) => operation(floats('x', [3, 5]))),
  graphCase('one row', ({ floats }) => operation(floats('x', [5]))),
  graphCase('rows of heads', ({ floats }) => operation(floats('x', [2, 2, 3, 4]))),
  graphCase('numbers far from 0', ({ floats }) => operation(floats('x', [2, 3], LARGE)), {
    noGradient: true,
  }),
];

const mask = (name: string, stream: number, seed: readonly [number, number]): GraphCase =>
  graphCase(
    name,
    ({ integers }) => operations.dropoutMask(integers('seed', seed), { rate: 0.3, stream, shape: [5, 7, 3] }),
    { trainingOnly: true },
  );

const trainingOnly = { trainingOnly: true } as const;
const noGradient = { noGradient: true } as const;
const ofGradient = { ...trainingOnly, ...noGradient };

export const graphCases: { readonly [K in OperationName]: Cases } = {
  input: [
    graphCase('what was fed', ({ floats }) => floats('x', [2, 3])),
    graphCase('integers, moved', ({ integers }) =>
      operations.transpose(integers('x', [1, 2, 3, 4, 5, 6], [2, 3]), [1, 0]),
    ),
  ],
  parameter: [
    graphCase('one beside an input', ({ floats }) => ({ x: floats('x', [2]), y: floats('y', [3, 2]) })),
  ],
  constant: [
    graphCase('few numbers', ({ graph, floats }) =>
      operations.multiply(floats('x', [2]), operations.constant(graph, Float32Array.of(1.5, -2), [2])),
    ),
    graphCase('many numbers', ({ graph, floats }) =>
      operations.multiply(
        floats('x', [10]),
        operations.constant(
          graph,
          new Float32Array(100).map((_, i) => i / 3),
          [10, 10],
        ),
      ),
    ),
    graphCase('integers', ({ graph, floats }) =>
      operations.gather(floats('x', [3, 2]), operations.constant(graph, Int32Array.of(2, 0, 2), [3])),
    ),
  ],

  add: binary(operations.add),
  subtract: binary(operations.subtract),
  multiply: binary(operations.multiply),
  divide: binary(operations.divide),
  maximum: [
    ...binary(operations.maximum),
    graphCase(
      'numbers that are equal',
      ({ floats }) => operations.maximum(floats('a', [3], [1, 2, 0]), floats('b', [3], [1, 1, 0])),
      noGradient,
    ),
  ],

  negate: unary(operations.negate),
  exponential: unary(operations.exponential),
  logarithm: ofPositives(operations.logarithm),
  squareRoot: ofPositives(operations.squareRoot),
  reciprocalSquareRoot: ofPositives(operations.reciprocalSquareRoot),
  square: unary(operations.square),
  tanh: [...unary(operations.tanh), tails(operations.tanh)],
  erf: [...unary(operations.erf), tails(operations.erf)],
  sigmoid: [...unary(operations.sigmoid), tails(operations.sigmoid)],
  relu: [
    ...unary(operations.relu),
    graphCase('0', ({ floats }) => operations.relu(floats('x', [2], [0, 1])), noGradient),
  ],
  step: [
    graphCase(
      'numbers of either sign, and 0',
      ({ floats }) => operations.step(floats('x', [4], [-2, 0, 1e-20, 3])),
      noGradient,
    ),
  ],

  matMul: [
    matMul('two matrices', [2, 3], [3, 4]),
    matMul('the first transposed', [3, 2], [3, 4], { transposeA: true }),
    matMul('the second transposed', [2, 3], [4, 3], { transposeB: true }),
    matMul('both transposed', [3, 2], [4, 3], { transposeA: true, transposeB: true }),
    matMul('head by head', [2, 2, 3, 4], [2, 2, 5, 4], { transposeB: true }),
    matMul('head by head, the first transposed', [2, 2, 4, 3], [2, 2, 4, 5], { transposeA: true }),
    matMul('exactly', [2, 3], [3, 1], { exact: true }),
    largeProduct('large ones', {}),
    largeProduct('large ones, the first transposed', { transposeA: true }),
    largeProduct('large ones, the second transposed', { transposeB: true }),
    largeProduct('large ones, both transposed', { transposeA: true, transposeB: true }),
  ],
  reduceSum: reduction(operations.reduceSum),
  reduceMean: reduction(operations.reduceMean),
  reduceMax: reduction(operations.reduceMax, noGradient),

  reshape: [
    graphCase('rows split', ({ floats }) => operations.reshape(floats('x', [2, 6]), [2, 3, 2])),
    graphCase('a scalar', ({ floats }) => operations.reshape(floats('x', [1, 1]), [])),
    graphCase('integers', ({ floats, integers }) =>
      operations.gather(floats('x', [3, 2]), operations.reshape(integers('ids', [2, 0, 1, 1], [2, 2]), [4])),
    ),
  ],
  broadcast: [
    graphCase('an axis of 1', ({ floats }) => operations.broadcast(floats('x', [2, 1, 3]), [2, 4, 3])),
    graphCase('axes in front', ({ floats }) => operations.broadcast(floats('x', [1, 3]), [2, 2, 3])),
    graphCase('a scalar', ({ floats }) => operations.broadcast(floats('x', []), [2, 2])),
  ],
  transpose: [
    graphCase('a matrix', ({ floats }) => operations.transpose(floats('x', [2, 3]), [1, 0])),
    graphCase('heads to the front', ({ floats }) =>
      operations.transpose(floats('x', [2, 3, 2, 4]), [0, 2, 1, 3]),
    ),
    graphCase('axes in a cycle', ({ floats }) => operations.transpose(floats('x', [2, 3, 4]), [2, 0, 1])),
  ],
  slice: [
    graphCase('a box', ({ floats }) => operations.slice(floats('x', [4, 5]), [1, 2], [2, 3])),
    graphCase('integers', ({ floats, integers }) =>
      operations.gather(floats('x', [3, 2]), operations.slice(integers('ids', [9, 0, 2, 9]), [1], [2])),
    ),
    graphCase('slices that make up the whole, out of order', ({ floats }) => {
      const x = floats('x', [2, 6]);
      const [first, second, third] = [0, 1, 3].map((start, i) => operations.slice(x, [0, start], [2, i + 1]));
      return operations.concatenate(
        [operations.scale(third, 3), operations.square(first), operations.tanh(second)],
        1,
      );
    }),
    graphCase('slices that overlap', ({ floats }) => {
      const x = floats('x', [4]);
      return operations.multiply(operations.slice(x, [0], [3]), operations.slice(x, [1], [3]));
    }),
  ],
  pad: [
    graphCase('all around', ({ floats }) => operations.pad(floats('x', [2, 3]), [1, 0], [0, 2])),
    graphCase('three axes', ({ floats }) => operations.pad(floats('x', [2, 1, 2]), [0, 1, 2], [2, 1, 0])),
  ],
  concatenate: [
    graphCase('rows', ({ floats }) => operations.concatenate([floats('a', [2, 3]), floats('b', [1, 3])], 0)),
    graphCase('columns of three', ({ floats }) =>
      operations.concatenate([floats('a', [2, 1]), floats('b', [2, 3]), floats('c', [2, 2])], 1),
    ),
    graphCase('one tensor twice', ({ floats }) => {
      const x = floats('x', [2, 2]);
      return operations.concatenate([x, x], 0);
    }),
    graphCase('integers', ({ floats, integers }) =>
      operations.gather(
        floats('x', [3, 2]),
        operations.concatenate([integers('a', [2]), integers('b', [0, 2])], 0),
      ),
    ),
  ],

  gather: [
    graphCase('rows, one of them twice', ({ floats, integers }) =>
      operations.gather(floats('table', [4, 3]), integers('ids', [3, 0, 3])),
    ),
  ],
  segmentSum: [
    graphCase(
      'segments of two rows, of one and of none',
      ({ floats, integers }) => operations.segmentSum(floats('rows', [3, 2]), integers('ids', [3, 0, 3]), 5),
      trainingOnly,
    ),
  ],
  dropoutMask: [
    mask('a small seed', 0, [1, 2]),
    mask('another stream', 7, [1, 2]),
    mask('a seed of negative numbers', 3, [-5, -1_000_000_007]),
    mask('a seed moved beyond int32', 2, [2 ** 31 - 1, 4]),
    graphCase(
      'the third part of a batch',
      ({ integers }) =>
        operations.dropoutMask(
          integers('seed', [6, 1]),
          { rate: 0.3, stream: 1, shape: [5, 7] },
          integers('part', [2]),
        ),
      trainingOnly,
    ),
    graphCase(
      'what it lets through',
      ({ floats, integers }) =>
        operations.multiply(
          floats('x', [3, 3]),
          operations.dropoutMask(integers('seed', [4, 5]), { rate: 0.5, stream: 1, shape: [3, 3] }),
        ),
      trainingOnly,
    ),
  ],

  softmax: normalizer(operations.softmax),
  logSoftmax: normalizer(operations.logSoftmax),
  crossEntropy: [
    graphCase(
      'a loss for each row',
      ({ floats, integers }) =>
        operations.crossEntropy(floats('logits', [3, 5]), integers('labels', [4, 0, 2])),
      trainingOnly,
    ),
    graphCase(
      'numbers far from 0',
      ({ floats, integers }) =>
        operations.crossEntropy(floats('logits', [2, 3], LARGE), integers('labels', [1, 0])),
      { trainingOnly: true, noGradient: true },
    ),
  ],
  crossEntropyGradient: [
    graphCase(
      'a gradient for each row',
      ({ floats, integers }) =>
        operations.crossEntropyGradient(floats('logits', [3, 5]), integers('labels', [4, 0, 2])),
      { trainingOnly: true, noGradient: true },
    ),
  ],

  gelu: [
    ...unary((x) => operations.gelu(x)),
    tails((x) => operations.gelu(x)),
    graphCase('approximated', ({ floats }) => operations.gelu(floats('x', [3, 5]), 'tanh')),
    graphCase('approximated, numbers far from 0', ({ floats }) =>
      operations.gelu(floats('x', [TAILS.length], TAILS), 'tanh'),
    ),
  ],
  layerNormalization: [
    graphCase('rows', ({ floats, positives }) =>
      operations.layerNormalization(floats('x', [3, 8]), positives('gain', [8]), floats('bias', [8]), 1e-5),
    ),
    graphCase('rows that hardly vary', ({ floats, positives }) =>
      operations.layerNormalization(
        floats('x', [2, 4], [1, 1.01, 0.99, 1.02, -0.01, 0, 0.01, 0.02]),
        positives('gain', [4]),
        floats('bias', [4]),
        1e-3,
      ),
    ),
  ],
  attention: [
    graphCase('with a causal mask', ({ graph, floats }) =>
      operations.attention({
        query: floats('query', [2, 2, 3, 4]),
        key: floats('key', [2, 2, 3, 4]),
        value: floats('value', [2, 2, 3, 4]),
        mask: operations.constant(graph, Float32Array.of(0, -1e9, -1e9, 0, 0, -1e9, 0, 0, 0), [3, 3]),
      }),
    ),
    graphCase('with a mask of padding, over more keys than queries', ({ graph, floats }) =>
      operations.attention({
        query: floats('query', [2, 2, 1, 4]),
        key: floats('key', [2, 2, 3, 4]),
        value: floats('value', [2, 2, 3, 4]),
        mask: operations.constant(graph, Float32Array.of(0, 0, -1e9, 0, 0, 0), [2, 1, 1, 3]),
      }),
    ),
    graphCase(
      'with dropout',
      ({ graph, floats, integers }) =>
        operations.attention({
          query: floats('query', [1, 2, 3, 4]),
          key: floats('key', [1, 2, 3, 4]),
          value: floats('value', [1, 2, 3, 4]),
          mask: operations.constant(graph, Float32Array.of(0), []),
          keep: operations.dropoutMask(integers('seed', [1, 1]), {
            rate: 0.3,
            stream: 0,
            shape: [1, 2, 3, 3],
          }),
        }),
      trainingOnly,
    ),
  ],

  geluGradient: [
    graphCase(
      'many rows',
      ({ floats }) => {
        const dx = operations.geluGradient(floats('dy', [40, 19]), floats('x', [40, 19]));
        return { dx, sums: operations.reduceSum(dx, [0]) };
      },
      ofGradient,
    ),
    graphCase(
      'approximated',
      ({ floats }) => operations.geluGradient(floats('dy', [3, 5]), floats('x', [3, 5]), 'tanh'),
      ofGradient,
    ),
    graphCase(
      'numbers far from 0',
      ({ floats }) =>
        operations.geluGradient(floats('dy', [TAILS.length]), floats('x', [TAILS.length], TAILS)),
      ofGradient,
    ),
  ],
  layerNormalizationGradient: [
    graphCase(
      'many rows',
      ({ floats, positives }) => {
        const [dy, x, gain] = [floats('dy', [70, 19]), floats('x', [70, 19]), positives('gain', [19])];
        const of = (name: 'x' | 'gain' | 'bias') =>
          operations.layerNormalizationGradient(dy, x, gain, { epsilon: 1e-5, of: name });
        return { dx: of('x'), dgain: of('gain'), dbias: of('bias') };
      },
      ofGradient,
    ),
  ],
  attentionGradient: [
    graphCase('under a causal mask', (given) => attentionAndGradients(given, { mask: 'causal' }), ofGradient),
    graphCase(
      'under masks of padding',
      (given) => attentionAndGradients(given, { mask: 'padding' }),
      ofGradient,
    ),
    graphCase(
      'with dropout, and a mask of one number a head',
      (given) => attentionAndGradients(given, { mask: 'a number a head', dropout: true }),
      ofGradient,
    ),
  ],
};

/** Each case with the operation it is of, for tables of tests. */
export const allGraphCases: readonly (readonly [title: string, graphCase: GraphCase])[] = Object.entries(
  graphCases,
).flatMap(([operation, cases]) => cases.map((one) => [`${operation}: ${one.name}`, one] as const));
