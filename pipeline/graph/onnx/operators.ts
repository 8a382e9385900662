// Operations of a graph as ONNX's (onnx.ai/onnx/operators, operator set 20). Composites that ONNX has an operator for
// stay whole; the others are expanded before.
import type { Composite, GradientComposite } from '../expand.ts';
import type { Node } from '../ir.ts';
import { GraphError } from '../ir.ts';
import type { OperationName, Shape } from '../operation-kinds.ts';
import type { OnnxGraph, Reference } from './onnx-graph.ts';
import { dataType } from './onnx-schema.ts';

/** Composites that ONNX has an operator for. */
export const keptComposites = ['gelu', 'layerNormalization'] as const satisfies Composite[];

/** Operations that are written: the others are where values come from, or are expanded before. */
type Written = Exclude<OperationName, 'input' | 'parameter' | 'attention' | GradientComposite>;
type Operator<K extends OperationName> = (
  inputs: readonly Reference[],
  node: Node<K>,
  target: OnnxGraph,
) => Reference;

/**
 * Adds what computes a node.
 * @param inputs where the node's inputs are found
 * @returns where its result is found
 * @throws GraphError for an operation that belongs to training alone
 */
export function addOperator(node: Node, inputs: readonly Reference[], target: OnnxGraph): Reference {
  const operator = Object.hasOwn(operators, node.operation)
    ? operators[node.operation as Written]
    : undefined;
  if (operator === undefined) throw new GraphError(node.operation, node.scope, 'is not an operator of ONNX');
  return (operator as Operator<OperationName>)(inputs, node, target);
}

const number = (target: OnnxGraph, value: number): Reference => target.constant(Float32Array.of(value), []);

const simple =
  (opType: string): Operator<OperationName> =>
  (inputs, _, target) =>
    target.add(opType, inputs);

const reduction =
  (opType: string): Operator<'reduceSum' | 'reduceMean' | 'reduceMax'> =>
  ([x], { attributes: { axes, keepDimensions } }, target) =>
    target.add(opType, [x, target.integers(axes)], { keepdims: keepDimensions ? 1 : 0 });

/** Ids of rows as a column. [N] → [N, 1] */
const column = (target: OnnxGraph, ids: Reference, rows: number): Reference =>
  target.add('Reshape', [ids, target.integers([rows, 1])]);

const lastAxis = { axis: -1 };

/** The last two axes change places. */
export function swapLast(target: OnnxGraph, x: Reference, rank: number): Reference {
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  return target.add('Transpose', [x], { perm: [...perm.slice(0, -2), rank - 1, rank - 2] });
}

const sumOf = (a: Shape, b: Shape): number[] => a.map((count, axis) => count + b[axis]);

const operators: { readonly [K in Written]: Operator<K> } = {
  constant: (_, { attributes: { values, shape } }, target) => target.constant(values, shape),

  add: simple('Add'),
  subtract: simple('Sub'),
  multiply: simple('Mul'),
  divide: simple('Div'),
  maximum: simple('Max'),

  negate: simple('Neg'),
  exponential: simple('Exp'),
  logarithm: simple('Log'),
  squareRoot: simple('Sqrt'),
  reciprocalSquareRoot: ([x], _, target) => target.add('Reciprocal', [target.add('Sqrt', [x])]),
  square: ([x], _, target) => target.add('Mul', [x, x]),
  tanh: simple('Tanh'),
  erf: simple('Erf'),
  sigmoid: simple('Sigmoid'),
  relu: simple('Relu'),
  step: ([x], _, target) =>
    target.add('Cast', [target.add('Greater', [x, number(target, 0)])], { to: dataType.float32 }),

  matMul: ([a, b], { inputs, attributes: { transposeA, transposeB } }, target) => {
    const rank = inputs[0].shape.length;
    const left = transposeA ? swapLast(target, a, rank) : a;
    return target.add('MatMul', [left, transposeB ? swapLast(target, b, rank) : b]);
  },
  reduceSum: reduction('ReduceSum'),
  reduceMean: reduction('ReduceMean'),
  reduceMax: reduction('ReduceMax'),

  reshape: ([x], { shape }, target) => target.add('Reshape', [x, target.integers(shape)]),
  broadcast: ([x], { shape }, target) => target.add('Expand', [x, target.integers(shape)]),
  transpose: ([x], { attributes: { permutation } }, target) =>
    target.add('Transpose', [x], { perm: permutation }),
  slice: ([x], { attributes: { begin, size } }, target) =>
    target.add('Slice', [x, target.integers(begin), target.integers(sumOf(begin, size))]),
  pad: ([x], { attributes: { before, after } }, target) =>
    target.add('Pad', [x, target.integers([...before, ...after])]),
  concatenate: (parts, { attributes: { axis } }, target) => target.add('Concat', parts, { axis }),

  gather: simple('Gather'),
  segmentSum: ([rows, ids], { inputs, shape }, target) => {
    const zeros = target.add('Expand', [number(target, 0), target.integers(shape)]);
    const wide = target.add('Cast', [ids], { to: dataType.int64 }); // ScatterND reads no other indices
    const places = column(target, wide, inputs[1].shape[0]);
    return target.add('ScatterND', [zeros, places, rows], { reduction: 'add' });
  },
  dropoutMask: (_, { operation, scope }) => {
    throw new GraphError(operation, scope, 'belongs to training: a graph to be served has no dropout');
  },

  softmax: ([x], _, target) => target.add('Softmax', [x], lastAxis),
  logSoftmax: ([x], _, target) => target.add('LogSoftmax', [x], lastAxis),
  crossEntropy: ([logits, labels], { shape: [rows] }, target) => {
    const logShares = target.add('LogSoftmax', [logits], lastAxis);
    const chosen = target.add('GatherElements', [logShares, column(target, labels, rows)], { axis: 1 }); // [N, 1]
    return target.add('Neg', [target.add('Reshape', [chosen, target.integers([rows])])]);
  },
  crossEntropyGradient: ([logits, labels], { shape: [, classes] }, target) => {
    const shares = target.add('Softmax', [logits], lastAxis);
    const depth = target.constant(Int32Array.of(classes), []);
    const hit = target.add('OneHot', [labels, depth, target.constant(Float32Array.of(0, 1), [2])]);
    return target.add('Sub', [shares, hit]);
  },

  gelu: ([x], { attributes: { approximation } }, target) =>
    target.add('Gelu', [x], { approximate: approximation }),
  layerNormalization: (inputs, { attributes: { epsilon } }, target) =>
    target.add('LayerNormalization', inputs, { epsilon: { f: epsilon } }),
};
