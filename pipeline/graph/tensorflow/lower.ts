// Operations of a graph as TensorFlow's. Where TensorFlow has several ways to one result, the one that its kernels are
// fastest at on a processor: means of rows and sums of columns are matrix products and bias gradients.
import { expand } from '../expand.ts';
import type { Node } from '../ir.ts';
import { reachable } from '../ir.ts';
import type { OperationName } from '../operation-kinds.ts';
import { sizeOf } from '../shapes.ts';
import { crossEntropy, crossEntropyGradient } from './cross-entropy.ts';
import type { Context, Emit } from './emit.ts';
import { float, index, integer, number, once, reshaped, simple, vector } from './emit.ts';
import { fusedComposites, fusedEmitter } from './fused.ts';
import type { GraphDef, Reference } from './graph-def.ts';
import { typeAttribute } from './graph-def.ts';
import { matMul, withBias } from './products.ts';

/** How a graph is lowered. */
export type LoweringOptions = Pick<Context, 'precision' | 'source' | 'kernels'>;

/**
 * Adds a graph's nodes to a TensorFlow graph.
 * @returns the references of the outputs, in their order
 */
export function lower(outputs: readonly Node[], target: GraphDef, options: LoweringOptions): Reference[] {
  const expanded = expand(outputs, options.kernels ? fusedComposites : []);
  const context: Context = { target, ...options, shared: new Map() };
  const references = new Map<Node, Reference>();
  const referenceOf = (node: Node): Reference => {
    const reference = references.get(node);
    if (reference === undefined) throw new Error(`${node.operation} is read before it is made`);
    return reference;
  };
  for (const node of reachable(expanded)) {
    references.set(node, emitNode(node, node.inputs.map(referenceOf), context));
  }
  return expanded.map(referenceOf);
}

function emitNode<K extends OperationName>(
  node: Node<K>,
  inputs: readonly Reference[],
  context: Context,
): Reference {
  const fused = context.kernels ? fusedEmitter(node) : undefined;
  return (fused ?? emitters[node.operation])(node, inputs, context);
}

const addition: Emit<'add'> = ({ inputs: [a, b] }, [left, right], context) => {
  const isBias = b.shape.length === 1 && a.shape.length > 1 && a.shape.at(-1) === b.shape[0];
  const fused = isBias ? withBias(left, right, context) : undefined;
  return fused ?? context.target.add(isBias ? 'BiasAdd' : 'AddV2', [left, right], float);
};

type ReductionName = 'reduceSum' | 'reduceMean' | 'reduceMax';

const reduction =
  (op: string): Emit<ReductionName> =>
  ({ attributes: { axes, keepDimensions } }, [x], context) =>
    context.target.add(op, [x, vector(context, axes)], {
      ...float,
      Tidx: index,
      keep_dims: { b: keepDimensions },
    });

/** Sums of rows by a product with a column of one number, sums of columns as the gradient of a bias. */
const summation =
  (op: 'Sum' | 'Mean'): Emit<'reduceSum' | 'reduceMean'> =>
  (node, inputs, context) => {
    const [x] = node.inputs;
    const { axes } = node.attributes;
    const [rows, columns] = x.shape;
    if (x.shape.length !== 2 || axes.length !== 1) return reduction(op)(node, inputs, context);
    if (axes[0] === 1) {
      const weight = op === 'Sum' ? 1 : 1 / columns;
      const column = constantColumn(context, columns, weight);
      const product = context.target.add('MatMul', [inputs[0], column], float);
      return node.attributes.keepDimensions ? product : reshaped(context, product, [rows]);
    }
    if (op === 'Mean') return reduction(op)(node, inputs, context);
    const sums = context.target.add('BiasAddGrad', [inputs[0]], float);
    return node.attributes.keepDimensions ? reshaped(context, sums, [1, columns]) : sums;
  };

function constantColumn(context: Context, length: number, value: number): Reference {
  return once(context, `column ${length} ${value}`, () =>
    context.target.constant(new Float32Array(length).fill(value), [length, 1]),
  );
}

const dropoutMask: Emit<'dropoutMask'> = (node, [seed, ...part], context) => {
  const { rate, stream, shape } = node.attributes;
  const { target } = context;
  const own = target.add('AddV2', [seed, vector(context, [stream, 0])], { T: index });
  const key = target.add('StatelessRandomGetKeyCounter', [own], { Tseed: index });
  const counter = part.reduce((start, of) => moved(context, start, { of, size: sizeOf(shape) }), `${key}:1`);
  const inputs = [vector(context, shape), key, counter, integer(context, PHILOX)];
  const uniform = target.add('StatelessRandomUniformV2', inputs, {
    Tshape: index,
    dtype: typeAttribute('float32'),
  });
  const kept = target.add('GreaterEqual', [uniform, number(context, rate)], float);
  return target.add('Mul', [asFloat(kept, target), number(context, 1 / (1 - rate))], float);
};

const PHILOX = 1; // TensorFlow's number for the generator
const NUMBERS_A_COUNT = 4; // that Philox draws at once

/** A counter, moved on by as many numbers as the parts before this one draw. */
function moved(context: Context, counter: Reference, part: { of: Reference; size: number }): Reference {
  const { target } = context;
  const wide = (narrow: Reference): Reference =>
    target.add('Cast', [narrow], { SrcT: index, DstT: typeAttribute('uint64') });
  const T = typeAttribute('uint64');
  const counts = wide(vector(context, [Math.ceil(part.size / NUMBERS_A_COUNT), 0])); // low word, high word
  return target.add('AddV2', [counter, target.add('Mul', [counts, wide(part.of)], { T })], { T });
}

const asFloat = (condition: Reference, target: GraphDef): Reference =>
  target.add('Cast', [condition], { SrcT: typeAttribute('bool'), DstT: typeAttribute('float32') });

/** Not as Maximum: max(x, 2x) would become a leaky ReLU, which is that only below a slope of 1 (TensorFlow 2.21 with oneDNN). */
const maximum: Emit<'maximum'> = (_, [a, b], { target }) =>
  target.add('SelectV2', [target.add('Greater', [b, a], float), b, a], float);

const typeOf = (node: Node): { T: ReturnType<typeof typeAttribute> } => ({ T: typeAttribute(node.type) });

const composite: Emit<OperationName> = ({ operation }) => {
  throw new Error(`${operation} should have been expanded`);
};

const emitters: { readonly [K in OperationName]: Emit<K> } = {
  input: (node, _, { source }) => source(node),
  parameter: (node, _, { source }) => source(node),
  constant: ({ attributes: { values, shape } }, _, { target }) => target.constant(values, shape),

  add: addition,
  subtract: simple('Sub'),
  multiply: simple('Mul'),
  divide: simple('RealDiv'),
  maximum,

  negate: simple('Neg'),
  exponential: simple('Exp'),
  logarithm: simple('Log'),
  squareRoot: simple('Sqrt'),
  reciprocalSquareRoot: simple('Rsqrt'),
  square: simple('Square'),
  tanh: simple('Tanh'),
  erf: simple('Erf'),
  sigmoid: simple('Sigmoid'),
  relu: simple('Relu'),
  step: (_, [x], context) =>
    asFloat(context.target.add('Greater', [x, number(context, 0)], float), context.target),

  matMul,
  reduceSum: summation('Sum'),
  reduceMean: summation('Mean'),
  reduceMax: reduction('Max'),

  reshape: (node, [x], context) =>
    context.target.add('Reshape', [x, vector(context, node.shape)], { ...typeOf(node), Tshape: index }),
  broadcast: (node, [x], context) =>
    context.target.add('BroadcastTo', [x, vector(context, node.shape)], { ...float, Tidx: index }),
  transpose: (node, [x], context) =>
    context.target.add('Transpose', [x, vector(context, node.attributes.permutation)], {
      ...typeOf(node),
      Tperm: index,
    }),
  slice: (node, [x], context) => {
    const { begin, size } = node.attributes;
    const attributes = { ...typeOf(node), Index: index };
    return context.target.add('Slice', [x, vector(context, begin), vector(context, size)], attributes);
  },
  pad: ({ attributes: { before, after } }, [x], { target }) => {
    const amounts = Int32Array.from(before.flatMap((count, axis) => [count, after[axis]]));
    const paddings = target.constant(amounts, [before.length, 2]);
    return target.add('Pad', [x, paddings], { ...float, Tpaddings: index });
  },
  concatenate: (node, parts, context) =>
    context.target.add('ConcatV2', [...parts, integer(context, node.attributes.axis)], {
      ...typeOf(node),
      N: { i: parts.length },
      Tidx: index,
    }),

  gather: (_, [table, ids], context) =>
    context.target.add('GatherV2', [table, ids, integer(context, 0)], {
      Tparams: typeAttribute('float32'),
      Tindices: index,
      Taxis: index,
    }),
  segmentSum: ({ attributes: { segments } }, [rows, ids], context) =>
    context.target.add('UnsortedSegmentSum', [rows, ids, integer(context, segments)], {
      ...float,
      Tindices: index,
      Tnumsegments: index,
    }),
  dropoutMask,

  softmax: simple('Softmax'),
  logSoftmax: simple('LogSoftmax'),
  crossEntropy,
  crossEntropyGradient,

  gelu: composite,
  layerNormalization: composite,
  attention: composite,
  geluGradient: composite,
  layerNormalizationGradient: composite,
  attentionGradient: composite,
};
