// What computes each operation on plain TensorFlow.js.
import * as tf from '@tensorflow/tfjs';
import type { Composite } from './expand.ts';
import type { Node } from './ir.ts';
import type { OperationName, Shape } from './operation-kinds.ts';
import { dropoutMask } from './philox.ts';

/** Operations that are computed: the others are given at each run, or expanded before. */
type Computed = Exclude<OperationName, 'input' | 'parameter' | Composite>;
type Kernel<K extends OperationName> = (inputs: readonly tf.Tensor[], node: Node<K>) => tf.Tensor;

/** @returns a new tensor; what it is computed from stays. */
export function compute<K extends Computed>(node: Node<K>, inputs: readonly tf.Tensor[]): tf.Tensor {
  return tf.tidy(() => (kernels[node.operation] as Kernel<K>)(inputs, node));
}

export const isComputed = (node: Node): node is Node<Computed> => node.operation in kernels;

const own = (shape: Shape): number[] => [...shape]; // TensorFlow.js asks for arrays that it could change

const kernels: { readonly [K in Computed]: Kernel<K> } = {
  constant: (_, { attributes: { values, shape }, type }) => tf.tensor(values, own(shape), type),

  add: ([a, b]) => tf.add(a, b),
  subtract: ([a, b]) => tf.sub(a, b),
  multiply: ([a, b]) => tf.mul(a, b),
  divide: ([a, b]) => tf.div(a, b),
  maximum: ([a, b]) => tf.maximum(a, b),

  negate: ([x]) => tf.neg(x),
  exponential: ([x]) => tf.exp(x),
  logarithm: ([x]) => tf.log(x),
  squareRoot: ([x]) => tf.sqrt(x),
  reciprocalSquareRoot: ([x]) => tf.rsqrt(x),
  square: ([x]) => tf.square(x),
  tanh: ([x]) => tf.tanh(x),
  erf: ([x]) => tf.erf(x),
  sigmoid: ([x]) => tf.sigmoid(x),
  relu: ([x]) => tf.relu(x),
  step: ([x]) => tf.step(x),

  matMul: ([a, b], { attributes: { transposeA, transposeB } }) => tf.matMul(a, b, transposeA, transposeB),
  reduceSum: ([x], { attributes: { axes, keepDimensions } }) => tf.sum(x, [...axes], keepDimensions),
  reduceMean: ([x], { attributes: { axes, keepDimensions } }) => tf.mean(x, [...axes], keepDimensions),
  reduceMax: ([x], { attributes: { axes, keepDimensions } }) => tf.max(x, [...axes], keepDimensions),

  reshape: ([x], { shape }) => tf.reshape(x, own(shape)),
  broadcast: ([x], { shape }) => tf.broadcastTo(x, own(shape)),
  transpose: ([x], { attributes: { permutation } }) => tf.transpose(x, [...permutation]),
  slice: ([x], { attributes: { begin, size } }) => tf.slice(x, [...begin], own(size)),
  pad: ([x], { attributes: { before, after } }) =>
    tf.pad(
      x,
      before.map((count, axis) => [count, after[axis]] as [number, number]),
    ),
  concatenate: (parts, { attributes: { axis } }) => tf.concat([...parts], axis),

  gather: ([table, ids]) => tf.gather(table, ids),
  // Rows of one id are added up by scattering too, in one pass over them; TensorFlow.js's own sum of segments takes one
  // pass over all rows for each id.
  segmentSum: ([rows, ids], { shape }) => tf.scatterND(tf.expandDims(ids, 1), rows, own(shape)),
  dropoutMask: ([seed, ...part], { attributes: { rate, stream }, shape }) => {
    const [first, second] = seed.dataSync();
    const place = { seed: [first + stream, second], part: part.at(0)?.dataSync()[0] ?? 0 } as const;
    return tf.tensor(dropoutMask(tf.util.sizeFromShape(own(shape)), rate, place), own(shape));
  },

  softmax: ([x]) => tf.softmax(x),
  logSoftmax: ([x]) => tf.logSoftmax(x),
  crossEntropy: ([logits, labels]) => {
    const chosen = tf.gather(tf.logSoftmax(logits), tf.expandDims(labels, 1), 1, 1); // [N, 1]
    return tf.neg(tf.squeeze(chosen, [1]));
  },
  crossEntropyGradient: ([logits, labels], { shape: [, classes] }) =>
    tf.sub(tf.softmax(logits), tf.oneHot(labels, classes, 1, 0, 'float32')),
};
