// Shape and type of every operation's result, from those of its inputs: what does not fit is refused when the graph is
// built, and not when it runs.
import type { OperationName, Operations, Shape, Signature } from './operation-kinds.ts';

/** Ends the building of a node. */
type Refuse = (problem: string) => never;

interface Told<A> {
  readonly inputs: readonly Signature[];
  readonly attributes: A;
  readonly refuse: Refuse;
}

/** For operations that are told attributes `A`. */
interface Rule<A> {
  /** How many inputs there may be, from and to. */
  readonly arity: readonly [number, number];
  /** Which inputs are indices or seeds, int32; all others are float32. */
  readonly integers?: readonly number[];
  /** The operation moves numbers and does not look at them. */
  readonly anyType?: true;
  readonly infer: (told: Told<A>) => Signature;
}

/** @returns what the operation gives; ends in `refuse` where it cannot be computed. */
export function inferOutput<K extends OperationName>(
  operation: K,
  inputs: readonly Signature[],
  attributes: Operations[K],
  refuse: Refuse,
): Signature {
  if (!Object.hasOwn(rules, operation)) refuse('no such operation');
  const { arity, integers, anyType, infer }: Rule<Operations[K]> = rules[operation];
  const [fewest, most] = arity;
  if (inputs.length < fewest || inputs.length > most) {
    refuse(`expected ${fewest === most ? fewest : `${fewest} to ${most}`} inputs, got ${inputs.length}`);
  }
  for (const [index, { type }] of inputs.entries()) {
    const expected = integers?.includes(index) === true ? 'int32' : 'float32';
    if (anyType !== true && type !== expected) refuse(`input ${index}: expected ${expected}, got ${type}`);
  }
  const output = infer({ inputs, attributes, refuse });
  if (!output.shape.every(isCount)) refuse(`expected counts of 1 or more, got ${show(output.shape)}`);
  return output;
}

const float = (shape: Shape): Signature => ({ shape, type: 'float32' });
const show = (shape: Shape): string => `[${shape.join(', ')}]`;
const equal = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 1;
const isPlace = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;

/** @returns how many numbers a tensor of this shape holds. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, count) => product * count, 1);
}

/** Axes are matched from the last; a count of 1 is stretched. */
function broadcast(a: Shape, b: Shape, refuse: Refuse): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a.at(axis - rank) ?? 1;
    const right = b.at(axis - rank) ?? 1;
    if (left !== right && left !== 1 && right !== 1) refuse(`${show(a)} and ${show(b)} do not broadcast`);
    return left === 1 ? right : left;
  });
}

const source: Rule<Operations['input']> = {
  arity: [0, 0],
  infer: ({ attributes: { shape, type } }) => ({ shape, type }),
};

const constant: Rule<Operations['constant']> = {
  arity: [0, 0],
  infer: ({ attributes: { shape, values }, refuse }) => {
    if (sizeOf(shape) !== values.length) refuse(`${show(shape)} does not hold ${values.length} numbers`);
    return { shape, type: values instanceof Int32Array ? 'int32' : 'float32' };
  },
};

const binary: Rule<unknown> = {
  arity: [2, 2],
  infer: ({ inputs: [a, b], refuse }) => float(broadcast(a.shape, b.shape, refuse)),
};

const unary: Rule<unknown> = { arity: [1, 1], infer: ({ inputs: [x] }) => float(x.shape) };

const matMul: Rule<Operations['matMul']> = {
  arity: [2, 2],
  infer: ({ inputs: [a, b], attributes: { transposeA, transposeB }, refuse }) => {
    const said = `${show(a.shape)}${transposeA ? 'ᵀ' : ''} and ${show(b.shape)}${transposeB ? 'ᵀ' : ''}`;
    const batch = a.shape.slice(0, -2);
    if (a.shape.length < 2 || a.shape.length !== b.shape.length || !equal(batch, b.shape.slice(0, -2))) {
      refuse(`${said}: expected two axes or more, equal before the last two`);
    }
    const [rows, inner] = transposeA ? a.shape.slice(-2).reverse() : a.shape.slice(-2);
    const [other, columns] = transposeB ? b.shape.slice(-2).reverse() : b.shape.slice(-2);
    if (inner !== other) refuse(`${said}: ${inner} and ${other} do not meet`);
    return float([...batch, rows, columns]);
  },
};

const reduction: Rule<Operations['reduceSum']> = {
  arity: [1, 1],
  infer: ({ inputs: [x], attributes: { axes, keepDimensions }, refuse }) => {
    const fits = axes.every((axis, index) => axis in x.shape && axes.indexOf(axis) === index);
    if (!fits || axes.length === 0) refuse(`axes ${show(axes)} of ${show(x.shape)}`);
    const kept = x.shape.map((count, axis) => (axes.includes(axis) ? 1 : count));
    return float(keepDimensions ? kept : kept.filter((_, axis) => !axes.includes(axis)));
  },
};

const reshape: Rule<Operations['reshape']> = {
  arity: [1, 1],
  anyType: true,
  infer: ({ inputs: [x], attributes: { shape }, refuse }) => {
    if (sizeOf(x.shape) !== sizeOf(shape)) refuse(`${show(x.shape)} does not fill ${show(shape)}`);
    return { shape, type: x.type };
  },
};

const broadcasting: Rule<Operations['broadcast']> = {
  arity: [1, 1],
  infer: ({ inputs: [x], attributes: { shape }, refuse }) => {
    if (!equal(broadcast(x.shape, shape, refuse), shape))
      refuse(`${show(x.shape)} does not stretch to ${show(shape)}`);
    return float(shape);
  },
};

const transpose: Rule<Operations['transpose']> = {
  arity: [1, 1],
  anyType: true,
  infer: ({ inputs: [x], attributes: { permutation }, refuse }) => {
    const sorted = [...permutation].sort((a, b) => a - b);
    if (
      !equal(
        sorted,
        x.shape.map((_, axis) => axis),
      )
    )
      refuse(`${show(permutation)} does not permute ${show(x.shape)}`);
    return { shape: permutation.map((axis) => x.shape[axis]), type: x.type };
  },
};

const slice: Rule<Operations['slice']> = {
  arity: [1, 1],
  anyType: true,
  infer: ({ inputs: [x], attributes: { begin, size }, refuse }) => {
    const fits = x.shape.every((n, axis) => isPlace(begin[axis]) && begin[axis] + size[axis] <= n);
    if (begin.length !== x.shape.length || size.length !== x.shape.length || !fits) {
      refuse(`${show(size)} from ${show(begin)} is not within ${show(x.shape)}`);
    }
    return { shape: size, type: x.type };
  },
};

const pad: Rule<Operations['pad']> = {
  arity: [1, 1],
  infer: ({ inputs: [x], attributes: { before, after }, refuse }) => {
    const around = [before, after];
    if (!around.every((counts) => counts.length === x.shape.length && counts.every(isPlace))) {
      refuse(`${show(before)} and ${show(after)} around ${show(x.shape)}`);
    }
    return float(x.shape.map((count, axis) => before[axis] + count + after[axis]));
  },
};

const concatenate: Rule<Operations['concatenate']> = {
  arity: [1, 64],
  anyType: true,
  infer: ({ inputs, attributes: { axis }, refuse }) => {
    const [{ shape, type }] = inputs;
    const differs = (other: Signature): boolean =>
      other.type !== type || !equal(other.shape.toSpliced(axis, 1), shape.toSpliced(axis, 1));
    if (axis < 0 || axis >= shape.length || inputs.some(differs)) {
      refuse(`${inputs.map((input) => show(input.shape)).join(', ')} along axis ${axis}`);
    }
    const count = inputs.reduce((sum, input) => sum + input.shape[axis], 0);
    return { shape: shape.with(axis, count), type };
  },
};

const gather: Rule<Operations['gather']> = {
  arity: [2, 2],
  integers: [1],
  infer: ({ inputs: [table, ids], refuse }) => {
    if (table.shape.length !== 2 || ids.shape.length !== 1) {
      refuse(`expected a table of rows and a list of ids, got ${show(table.shape)} and ${show(ids.shape)}`);
    }
    return float([ids.shape[0], table.shape[1]]);
  },
};

const segmentSum: Rule<Operations['segmentSum']> = {
  arity: [2, 2],
  integers: [1],
  infer: ({ inputs: [rows, ids], attributes: { segments }, refuse }) => {
    if (rows.shape.length !== 2 || !equal(ids.shape, [rows.shape[0]])) {
      refuse(`expected rows and an id for each, got ${show(rows.shape)} and ${show(ids.shape)}`);
    }
    return float([segments, rows.shape[1]]);
  },
};

const dropoutMask: Rule<Operations['dropoutMask']> = {
  arity: [1, 2],
  integers: [0, 1],
  infer: ({ inputs: [seed, ...parts], attributes: { rate, stream, shape }, refuse }) => {
    if (!equal(seed.shape, [2])) refuse(`expected a seed of two numbers, got ${show(seed.shape)}`);
    for (const part of parts) {
      if (!equal(part.shape, [1])) refuse(`expected the number of a part, got ${show(part.shape)}`);
    }
    if (!(rate > 0 && rate < 1)) refuse(`expected a rate between 0 and 1, got ${rate}`);
    if (stream !== (stream | 0)) refuse(`expected a stream that is an int32, got ${stream}`);
    return float(shape);
  },
};

/** Along the last axis. */
const normalizer: Rule<unknown> = {
  arity: [1, 1],
  infer: ({ inputs: [x], refuse }) => {
    if (x.shape.length === 0) refuse('expected an axis, got a scalar');
    return float(x.shape);
  },
};

function checkLogits([logits, labels]: readonly Signature[], refuse: Refuse): void {
  if (logits.shape.length !== 2 || !equal(labels.shape, [logits.shape[0]])) {
    refuse(
      `expected rows of logits and a label for each, got ${show(logits.shape)} and ${show(labels.shape)}`,
    );
  }
}

const crossEntropy: Rule<Operations['crossEntropy']> = {
  arity: [2, 2],
  integers: [1],
  infer: ({ inputs, refuse }) => {
    checkLogits(inputs, refuse);
    return float(inputs[1].shape);
  },
};

const crossEntropyGradient: Rule<Operations['crossEntropyGradient']> = {
  arity: [2, 2],
  integers: [1],
  infer: ({ inputs, refuse }) => {
    checkLogits(inputs, refuse);
    return float(inputs[0].shape);
  },
};

const layerNormalization: Rule<Operations['layerNormalization']> = {
  arity: [3, 3],
  infer: ({ inputs: [x, gain, bias], refuse }) => {
    const channels = x.shape.slice(-1);
    if (x.shape.length !== 2 || !equal(gain.shape, channels) || !equal(bias.shape, channels)) {
      refuse(
        `expected rows with a gain and a bias a channel, got ${[x, gain, bias].map((i) => show(i.shape)).join(', ')}`,
      );
    }
    return float(x.shape);
  },
};

const attention: Rule<Operations['attention']> = {
  arity: [4, 5],
  infer: ({ inputs: [query, key, value, mask, keep], refuse }) => {
    const scores = [...query.shape.slice(0, -1), key.shape.at(-2) ?? 0];
    const fits =
      query.shape.length === 4 &&
      equal(key.shape, value.shape) &&
      equal(key.shape.toSpliced(2, 1), query.shape.toSpliced(2, 1)) &&
      equal(broadcast(scores, mask.shape, refuse), scores) &&
      equal((keep as Signature | undefined)?.shape ?? scores, scores);
    if (!fits) {
      refuse(
        `expected queries, keys and values [B, H, rows, channels] and a mask of their scores, got ${[query, key, value, mask].map((i) => show(i.shape)).join(', ')}`,
      );
    }
    return float(query.shape);
  },
};

const geluGradient: Rule<Operations['geluGradient']> = {
  arity: [2, 2],
  infer: ({ inputs: [dy, x], refuse }) => {
    checkGradient(dy, x, refuse);
    return float(x.shape);
  },
};

const layerNormalizationGradient: Rule<Operations['layerNormalizationGradient']> = {
  arity: [3, 3],
  infer: ({ inputs: [dy, x, gain], attributes, refuse }) => {
    checkGradient(dy, x, refuse);
    if (x.shape.length !== 2 || !equal(gain.shape, x.shape.slice(1))) {
      refuse(`expected rows and a gain a channel, got ${show(x.shape)} and ${show(gain.shape)}`);
    }
    return float(attributes.of === 'x' ? x.shape : gain.shape);
  },
};

const attentionGradient: Rule<Operations['attentionGradient']> = {
  arity: [6, 7],
  infer: ({ inputs: [dy, y, query, key, value, ...rest], attributes, refuse }) => {
    checkGradient(dy, y, refuse);
    attention.infer({ inputs: [query, key, value, ...rest], attributes: {}, refuse });
    return float({ query, key, value }[attributes.of].shape);
  },
};

function checkGradient(dy: Signature, y: Signature, refuse: Refuse): void {
  if (!equal(dy.shape, y.shape)) refuse(`expected a gradient of ${show(y.shape)}, got ${show(dy.shape)}`);
}

const rules: { readonly [K in OperationName]: Rule<Operations[K]> } = {
  input: source,
  parameter: source,
  constant,
  add: binary,
  subtract: binary,
  multiply: binary,
  divide: binary,
  maximum: binary,
  negate: unary,
  exponential: unary,
  logarithm: unary,
  squareRoot: unary,
  reciprocalSquareRoot: unary,
  square: unary,
  tanh: unary,
  erf: unary,
  sigmoid: unary,
  relu: unary,
  step: unary,
  matMul,
  reduceSum: reduction,
  reduceMean: reduction,
  reduceMax: reduction,
  reshape,
  broadcast: broadcasting,
  transpose,
  slice,
  pad,
  concatenate,
  gather,
  segmentSum,
  dropoutMask,
  softmax: normalizer,
  logSoftmax: normalizer,
  crossEntropy,
  crossEntropyGradient,
  gelu: unary,
  layerNormalization,
  attention,
  geluGradient,
  layerNormalizationGradient,
  attentionGradient,
};
