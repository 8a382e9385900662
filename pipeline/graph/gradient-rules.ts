// How each operation hands a gradient on to its inputs. `dy` is the gradient of the loss in the operation's result;
// what has no gradient (indices, masks, seeds) answers `undefined`.
import type { Node } from './ir.ts';
import type { OperationName, Shape } from './operation-kinds.ts';
import {
  attentionGradient,
  broadcast,
  crossEntropyGradient,
  divide,
  exponential,
  gather,
  geluGradient,
  layerNormalizationGradient,
  matMul,
  multiply,
  negate,
  pad,
  reduceSum,
  reshape,
  scalar,
  scale,
  segmentSum,
  slice,
  square,
  step,
  subtract,
  transpose,
} from './operations.ts';
import { sizeOf } from './shapes.ts';

type Given = readonly (Node | undefined)[];
type Rule<K extends OperationName> = (dy: Node, node: Node<K>, inputs: readonly Node[]) => Given;

/** @returns the gradient in each input of a node, given that in its result. */
export function gradientRules<K extends OperationName>(node: Node<K>, dy: Node): Given {
  return (rules[node.operation] as Rule<K>)(dy, node, node.inputs);
}

const none: Rule<OperationName> = () => [];

/** Sums over the axes along which an operand was stretched. */
function reduceTo(dy: Node, shape: Shape): Node {
  const added = dy.shape.length - shape.length;
  const axes = dy.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < added || (shape[axis - added] === 1 && dy.shape[axis] > 1));
  return axes.length === 0 ? dy : reshape(reduceSum(dy, axes), shape);
}

const shapeWithout = (shape: Shape, axes: readonly number[]): Shape =>
  shape.map((count, axis) => (axes.includes(axis) ? 1 : count));

const rules: { readonly [K in OperationName]: Rule<K> } = {
  input: none,
  parameter: none,
  constant: none,
  step: none,
  reduceMax: none,
  dropoutMask: none,
  crossEntropyGradient: none,
  geluGradient: none,
  layerNormalizationGradient: none,
  attentionGradient: none,

  add: (dy, _, [a, b]) => [reduceTo(dy, a.shape), reduceTo(dy, b.shape)],
  subtract: (dy, _, [a, b]) => [reduceTo(dy, a.shape), negate(reduceTo(dy, b.shape))],
  multiply: (dy, _, [a, b]) => [reduceTo(multiply(dy, b), a.shape), reduceTo(multiply(dy, a), b.shape)],
  divide: (dy, quotient, [a, b]) => {
    const da = divide(dy, b);
    return [reduceTo(da, a.shape), negate(reduceTo(multiply(da, quotient), b.shape))];
  },
  maximum: (dy, _, [a, b]) => {
    const da = multiply(dy, step(subtract(a, b)));
    return [reduceTo(da, a.shape), reduceTo(subtract(dy, da), b.shape)];
  },

  negate: (dy) => [negate(dy)],
  exponential: (dy, y) => [multiply(dy, y)],
  logarithm: (dy, _, [x]) => [divide(dy, x)],
  squareRoot: (dy, y) => [divide(scale(dy, 0.5), y)],
  reciprocalSquareRoot: (dy, y) => [multiply(scale(dy, -0.5), multiply(y, square(y)))],
  square: (dy, _, [x]) => [multiply(dy, scale(x, 2))],
  tanh: (dy, y) => [multiply(dy, subtract(scalar(y.graph, 1), square(y)))],
  erf: (dy, _, [x]) => [multiply(dy, scale(exponential(negate(square(x))), 2 / Math.sqrt(Math.PI)))],
  sigmoid: (dy, y) => [multiply(dy, multiply(y, subtract(scalar(y.graph, 1), y)))],
  relu: (dy, _, [x]) => [multiply(dy, step(x))],

  matMul: matMulGradient,
  reduceSum: (dy, { attributes: { axes } }, [x]) => [
    broadcast(reshape(dy, shapeWithout(x.shape, axes)), x.shape),
  ],
  reduceMean: (dy, { attributes: { axes }, shape }, [x]) => {
    const share = scale(dy, sizeOf(shape) / sizeOf(x.shape));
    return [broadcast(reshape(share, shapeWithout(x.shape, axes)), x.shape)];
  },

  reshape: (dy, _, [x]) => [reshape(dy, x.shape)],
  broadcast: (dy, _, [x]) => [reduceTo(dy, x.shape)],
  transpose: (dy, { attributes: { permutation } }) => [
    transpose(
      dy,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ],
  slice: (dy, { attributes: { begin, size } }, [x]) => [
    pad(
      dy,
      begin,
      x.shape.map((count, axis) => count - begin[axis] - size[axis]),
    ),
  ],
  pad: (dy, { attributes: { before } }, [x]) => [slice(dy, before, x.shape)],
  concatenate: (dy, { attributes: { axis } }, inputs) => {
    let start = 0;
    return inputs.map(({ shape }) => {
      const begin = shape.map((_, other) => (other === axis ? start : 0));
      start += shape[axis];
      return slice(dy, begin, shape);
    });
  },

  gather: (dy, _, [table, ids]) => [segmentSum(dy, ids, table.shape[0]), undefined],
  segmentSum: (dy, _, [, ids]) => [gather(dy, ids), undefined],

  softmax: (dy, y) => [multiply(y, subtract(dy, reduceSum(multiply(dy, y), [-1], true)))],
  logSoftmax: (dy, y) => [subtract(dy, multiply(exponential(y), reduceSum(dy, [-1], true)))],
  crossEntropy: (dy, { shape: [rows] }, [logits, labels]) => [
    multiply(crossEntropyGradient(logits, labels), reshape(dy, [rows, 1])),
    undefined,
  ],

  gelu: (dy, { attributes: { approximation } }, [x]) => [geluGradient(dy, x, approximation)],
  layerNormalization: (dy, { attributes: { epsilon } }, [x, gain]) =>
    (['x', 'gain', 'bias'] as const).map((of) => layerNormalizationGradient(dy, x, gain, { epsilon, of })),
  attention: (dy, y, [query, key, value, mask, ...rest]) => {
    const inputs = { query, key, value, mask, keep: rest.at(0) };
    return (['query', 'key', 'value'] as const).map((of) => attentionGradient({ dy, y, inputs, of }));
  },
};

/** dA = dY·Bᵀ and dB = Aᵀ·dY, with what is transposed transposed again. */
function matMulGradient(dy: Node, { attributes }: Node<'matMul'>, [a, b]: readonly Node[]): [Node, Node] {
  const { transposeA, transposeB, exact } = attributes;
  const { rows, factor } = transposeA ? { rows: dy } : rowFactor(dy, a);
  const scaled = (x: Node): Node => (factor === undefined ? x : multiply(x, factor));
  return [
    transposeA
      ? matMul(b, dy, { transposeA: transposeB, transposeB: true, exact })
      : scaled(matMul(rows, b, { transposeB: !transposeB, exact })),
    transposeB
      ? matMul(rows, scaled(a), { transposeA: true, transposeB: transposeA, exact })
      : matMul(scaled(a), rows, { transposeA: !transposeA, exact }),
  ];
}

/** Where each row of dY is a row times a number, and A is narrower than dY, the number is better given to A. */
function rowFactor(dy: Node, { shape: [, width] }: Node): { rows: Node; factor?: Node } {
  const factor = dy.operation === 'multiply' ? dy.inputs.at(1) : undefined;
  const [count, columns] = dy.shape;
  const moves =
    dy.shape.length === 2 &&
    width < columns &&
    factor?.shape.length === 2 &&
    factor.shape[0] === count &&
    factor.shape[1] === 1;
  return moves ? { rows: dy.inputs[0], factor } : { rows: dy };
}
