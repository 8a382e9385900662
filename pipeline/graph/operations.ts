// The operations of a graph as functions of nodes; a model is written with these. N rows, C channels, V classes.
import type { Graph, Node } from './ir.ts';
import type { ElementType, Shape } from './operation-kinds.ts';

const none = {};

/** What is fed at each run. */
export const input = (graph: Graph, name: string, shape: Shape, type: ElementType = 'float32'): Node =>
  graph.add('input', [], { name, shape, type });

/** What is trained, or loaded from a file. */
export const parameter = (graph: Graph, name: string, shape: Shape): Node =>
  graph.add('parameter', [], { name, shape, type: 'float32' });

/** Numbers that never change. */
export const constant = (graph: Graph, values: Float32Array | Int32Array, shape: Shape): Node =>
  graph.add('constant', [], { shape, values });

/** One number that never changes. */
export const scalar = (graph: Graph, value: number): Node => constant(graph, Float32Array.of(value), []);

/** a + b, as all of the next four with broadcasting from the last axis. */
export const add = (a: Node, b: Node): Node => a.graph.add('add', [a, b], none);
/** a − b. */
export const subtract = (a: Node, b: Node): Node => a.graph.add('subtract', [a, b], none);
/** a · b, number by number. */
export const multiply = (a: Node, b: Node): Node => a.graph.add('multiply', [a, b], none);
/** a / b. */
export const divide = (a: Node, b: Node): Node => a.graph.add('divide', [a, b], none);
/** The larger of a and b; where they are equal, the gradient is b's. */
export const maximum = (a: Node, b: Node): Node => a.graph.add('maximum', [a, b], none);
/** x times a number. */
export const scale = (x: Node, factor: number): Node =>
  factor === 1 ? x : multiply(x, scalar(x.graph, factor));

/** −x. */
export const negate = (x: Node): Node => x.graph.add('negate', [x], none);
/** eˣ. */
export const exponential = (x: Node): Node => x.graph.add('exponential', [x], none);
/** Natural logarithm. */
export const logarithm = (x: Node): Node => x.graph.add('logarithm', [x], none);
/** √x. */
export const squareRoot = (x: Node): Node => x.graph.add('squareRoot', [x], none);
/** 1/√x. */
export const reciprocalSquareRoot = (x: Node): Node => x.graph.add('reciprocalSquareRoot', [x], none);
/** x². */
export const square = (x: Node): Node => x.graph.add('square', [x], none);
/** Hyperbolic tangent. */
export const tanh = (x: Node): Node => x.graph.add('tanh', [x], none);
/** Gauss's error function. */
export const erf = (x: Node): Node => x.graph.add('erf', [x], none);
/** 1/(1 + e⁻ˣ). */
export const sigmoid = (x: Node): Node => x.graph.add('sigmoid', [x], none);
/** max(x, 0). */
export const relu = (x: Node): Node => x.graph.add('relu', [x], none);
/** 1 where x > 0, else 0; constant almost everywhere, so without a gradient. */
export const step = (x: Node): Node => x.graph.add('step', [x], none);

export interface MatMulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly exact?: boolean;
}

/** Matrix product over the last two axes; the axes before them are equal. [..., N, K] × [..., K, M] → [..., N, M] */
export const matMul = (
  a: Node,
  b: Node,
  { transposeA = false, transposeB = false, exact = false }: MatMulOptions = {},
): Node => a.graph.add('matMul', [a, b], { transposeA, transposeB, exact });

type Reduction = 'reduceSum' | 'reduceMean' | 'reduceMax';

const reduce =
  (operation: Reduction) =>
  (x: Node, axes: readonly number[], keepDimensions = false): Node =>
    x.graph.add(operation, [x], {
      axes: axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis)).sort((a, b) => a - b),
      keepDimensions,
    });

/** Sum over axes; negative ones count from the last. */
export const reduceSum = reduce('reduceSum');
/** Mean over axes. */
export const reduceMean = reduce('reduceMean');
/** Largest over axes; without a gradient. */
export const reduceMax = reduce('reduceMax');

/** The same numbers in another shape. */
export const reshape = (x: Node, shape: Shape): Node =>
  String(shape) === String(x.shape) ? x : x.graph.add('reshape', [x], { shape });

/** Stretched to a shape, axes matched from the last. */
export const broadcast = (x: Node, shape: Shape): Node =>
  String(shape) === String(x.shape) ? x : x.graph.add('broadcast', [x], { shape });

/** Axes in another order: axis i of the result is axis permutation[i] of x. */
export const transpose = (x: Node, permutation: readonly number[]): Node =>
  x.graph.add('transpose', [x], { permutation });

/** A box cut out. */
export const slice = (x: Node, begin: readonly number[], size: Shape): Node =>
  x.graph.add('slice', [x], { begin, size });

/** Zeros around. */
export const pad = (x: Node, before: readonly number[], after: readonly number[]): Node =>
  x.graph.add('pad', [x], { before, after });

/** Tensors one after the other along an axis. */
export const concatenate = (parts: readonly [Node, ...Node[]], axis: number): Node =>
  parts.length === 1 ? parts[0] : parts[0].graph.add('concatenate', parts, { axis });

/** Rows of a table: an embedding. table [V, C], ids [N] → [N, C] */
export const gather = (table: Node, ids: Node): Node => table.graph.add('gather', [table, ids], none);

/** Sums the rows of each id: an embedding's gradient. rows [N, C], ids [N] → [segments, C] */
export const segmentSum = (rows: Node, ids: Node, segments: number): Node =>
  rows.graph.add('segmentSum', [rows, ids], { segments });

export interface DropoutOptions {
  /** Share that is zeroed, in (0, 1). */
  readonly rate: number;
  /** Tells the masks of one step apart. */
  readonly stream: number;
  readonly shape: Shape;
}

/**
 * 0 with probability `rate`, else 1/(1 − rate): a function of seed, stream and part alone (Salmon et al. 2011, the
 * Philox generator; see philox.ts).
 * @param seed [2] int32, of which the first is moved by the stream
 * @param part [1] int32: which of a batch's equal parts the mask is for, from 0; the masks of all parts are that of the
 * whole batch, cut along its first axis, where their sizes are multiples of four. Absent: 0
 */
export const dropoutMask = (seed: Node, { rate, stream, shape }: DropoutOptions, part?: Node): Node =>
  seed.graph.add('dropoutMask', part === undefined ? [seed] : [seed, part], { rate, stream, shape });

/** Shares that sum to 1 along the last axis. */
export const softmax = (x: Node): Node => x.graph.add('softmax', [x], none);
/** Logarithm of softmax. */
export const logSoftmax = (x: Node): Node => x.graph.add('logSoftmax', [x], none);

/** −log softmax(logits)[label] of each row. logits [N, V], labels [N] → [N] */
export const crossEntropy = (logits: Node, labels: Node): Node =>
  logits.graph.add('crossEntropy', [logits, labels], none);

/** softmax(logits) − 1 at the label: what `crossEntropy` is differentiated to. [N, V] */
export const crossEntropyGradient = (logits: Node, labels: Node): Node =>
  logits.graph.add('crossEntropyGradient', [logits, labels], none);

/**
 * Gaussian error linear unit, x·Φ(x) (Hendrycks & Gimpel 2016, arXiv:1606.08415).
 * @param approximation `none`: by erf, as BERT; `tanh`: as GPT-2
 */
export const gelu = (x: Node, approximation: 'none' | 'tanh' = 'none'): Node =>
  x.graph.add('gelu', [x], { approximation });

/** Each row to mean 0 and variance 1, then scaled and shifted (Ba et al. 2016, arXiv:1607.06450). [N, C] */
export const layerNormalization = (x: Node, gain: Node, bias: Node, epsilon: number): Node =>
  x.graph.add('layerNormalization', [x, gain, bias], { epsilon });

export interface AttentionInputs {
  /** [B, H, Q, C], already divided by √C. */
  readonly query: Node;
  /** [B, H, T, C] */
  readonly key: Node;
  /** [B, H, T, C] */
  readonly value: Node;
  /** Added to the scores, broadcast to [B, H, Q, T]. */
  readonly mask: Node;
  /** [B, H, Q, T], multiplied with the weights: a dropout mask. */
  readonly keep?: Node | undefined;
}

/** softmax(QKᵀ + mask)V, head by head (Vaswani et al. 2017, arXiv:1706.03762, section 3.2). [B, H, Q, C] */
export const attention = ({ query, key, value, mask, keep }: AttentionInputs): Node =>
  query.graph.add('attention', [query, key, value, mask, ...(keep === undefined ? [] : [keep])], none);

/** dy times the slope of `gelu` at x. */
export const geluGradient = (dy: Node, x: Node, approximation: 'none' | 'tanh' = 'none'): Node =>
  x.graph.add('geluGradient', [dy, x], { approximation });

/** What `layerNormalization` is differentiated to: the gradient in one of its inputs. dy, x [N, C] */
export const layerNormalizationGradient = (
  dy: Node,
  x: Node,
  gain: Node,
  { epsilon, of }: { readonly epsilon: number; readonly of: 'x' | 'gain' | 'bias' },
): Node => x.graph.add('layerNormalizationGradient', [dy, x, gain], { epsilon, of });

export interface AttentionGradientInputs {
  readonly dy: Node;
  /** What `attention` made of the inputs. */
  readonly y: Node;
  readonly inputs: AttentionInputs;
  readonly of: 'query' | 'key' | 'value';
}

/** What `attention` is differentiated to: the gradient in one of its inputs. */
export const attentionGradient = ({ dy, y, inputs, of }: AttentionGradientInputs): Node => {
  const { query, key, value, mask, keep } = inputs;
  const given = [query, key, value, mask, ...(keep === undefined ? [] : [keep])];
  return dy.graph.add('attentionGradient', [dy, y, ...given], { of });
};
