// The graph's operations written out plainly, number by number in float64: what every target is compared with, and what
// gradients are measured on.
import type { GradientComposite } from '../../pipeline/graph/expand.ts';
import { expand, forwardComposites } from '../../pipeline/graph/expand.ts';
import type { Node } from '../../pipeline/graph/ir.ts';
import { reachable } from '../../pipeline/graph/ir.ts';
import type { OperationName, Shape } from '../../pipeline/graph/operation-kinds.ts';
import { dropoutMask } from '../../pipeline/graph/philox.ts';
import { sizeOf } from '../../pipeline/graph/shapes.ts';

type Numbers = readonly number[];
type Compute<K extends OperationName> = (inputs: readonly Numbers[], node: Node<K>) => Numbers;

/**
 * Gradients of composites are computed from their parts, which differences are held against.
 * @param given the numbers of inputs and parameters by name
 */
export function evaluate(
  outputs: readonly Node[],
  given: Readonly<Record<string, ArrayLike<number>>>,
): Numbers[] {
  const values = new Map<Node, Numbers>();
  const valueOf = (node: Node): Numbers => values.get(node) ?? [];
  const written = expand(outputs, forwardComposites);
  for (const node of reachable(written)) {
    const name = 'name' in node.attributes ? node.attributes.name : undefined;
    values.set(node, name === undefined ? compute(node, node.inputs.map(valueOf)) : Array.from(given[name]));
  }
  return written.map(valueOf);
}

function compute<K extends OperationName>(node: Node<K>, inputs: readonly Numbers[]): Numbers {
  return (table[node.operation as Exclude<K, GradientComposite>] as Compute<K>)(inputs, node);
}

/** Places along each axis of a flat index. */
function placesOf(index: number, shape: Shape): number[] {
  let rest = index;
  return shape.map((_, axis) => {
    const stride = sizeOf(shape.slice(axis + 1));
    const place = Math.floor(rest / stride);
    rest -= place * stride;
    return place;
  });
}

const indexOf = (places: Numbers, shape: Shape): number =>
  shape.reduce((index, count, axis) => index * count + places[axis], 0);

/** Fills a tensor from what stands at each place. */
const fill = (shape: Shape, at: (places: number[]) => number): Numbers =>
  Array.from({ length: sizeOf(shape) }, (_, index) => at(placesOf(index, shape)));

/** What an operand that is stretched to the places' axes has there. */
const stretched = (values: Numbers, shape: Shape, places: Numbers): number =>
  values[
    indexOf(
      places.slice(places.length - shape.length).map((place, axis) => (shape[axis] === 1 ? 0 : place)),
      shape,
    )
  ];

const binary =
  (operation: (a: number, b: number) => number): Compute<OperationName> =>
  ([a, b], { shape, inputs: [left, right] }) =>
    fill(shape, (places) => operation(stretched(a, left.shape, places), stretched(b, right.shape, places)));

const unary =
  (operation: (x: number) => number): Compute<OperationName> =>
  ([x]) =>
    x.map(operation);

/** Rows along the last axis, each replaced. */
const byRow =
  (operation: (row: Numbers, index: number) => Numbers) =>
  (x: Numbers, { shape }: { readonly shape: Shape }): Numbers => {
    const width = shape[shape.length - 1];
    return Array.from({ length: x.length / width }, (_, row) =>
      operation(x.slice(row * width, (row + 1) * width), row),
    ).flat();
  };

const sum = (values: Numbers): number => values.reduce((total, value) => total + value, 0);

const reduction =
  (reduce: (values: Numbers) => number): Compute<'reduceSum' | 'reduceMean' | 'reduceMax'> =>
  ([x], { attributes: { axes }, inputs: [{ shape }] }) => {
    const kept = shape.map((count, axis) => (axes.includes(axis) ? 1 : count));
    return fill(kept, (places) =>
      reduce(
        x.filter((_, index) =>
          placesOf(index, shape).every((place, axis) => axes.includes(axis) || place === places[axis]),
        ),
      ),
    );
  };

function logSoftmax(row: Numbers): Numbers {
  const largest = Math.max(...row);
  const logarithm = largest + Math.log(sum(row.map((x) => Math.exp(x - largest))));
  return row.map((x) => x - logarithm);
}

const softmax = (row: Numbers): Numbers => logSoftmax(row).map(Math.exp);

/** The error function by its series and, far from 0, by the continued fraction of its complement (Abramowitz & Stegun 7.1.5, 7.1.14). */
function erf(x: number): number {
  if (x < 0) return -erf(-x);
  if (x > 3) {
    let fraction = 0;
    for (let k = 60; k > 0; k -= 1) fraction = k / 2 / (x + fraction);
    return 1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
  }
  let [term, total] = [x, x];
  for (let n = 1; n < 100; n += 1) {
    term *= -(x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

/** Matrix product over the last two axes. */
function product(
  [a, b]: readonly Numbers[],
  [left, right]: readonly Shape[],
  { transposeA, transposeB }: { readonly transposeA: boolean; readonly transposeB: boolean },
): Numbers {
  const inner = left[left.length - (transposeA ? 2 : 1)];
  const rows = left[left.length - (transposeA ? 1 : 2)];
  const columns = right[right.length - (transposeB ? 2 : 1)];
  return fill([...left.slice(0, -2), rows, columns], (places) => {
    const [row, column] = places.slice(-2);
    const batch = places.slice(0, -2);
    return sum(
      Array.from({ length: inner }, (_, k) => {
        const leftPlace = indexOf([...batch, ...(transposeA ? [k, row] : [row, k])], left);
        const rightPlace = indexOf([...batch, ...(transposeB ? [column, k] : [k, column])], right);
        return a[leftPlace] * b[rightPlace];
      }),
    );
  });
}

const table: { readonly [K in Exclude<OperationName, GradientComposite>]: Compute<K> } = {
  input: () => [],
  parameter: () => [],
  constant: (_, { attributes: { values } }) => Array.from(values),

  add: binary((a, b) => a + b),
  subtract: binary((a, b) => a - b),
  multiply: binary((a, b) => a * b),
  divide: binary((a, b) => a / b),
  maximum: binary(Math.max),

  negate: unary((x) => -x),
  exponential: unary(Math.exp),
  logarithm: unary(Math.log),
  squareRoot: unary(Math.sqrt),
  reciprocalSquareRoot: unary((x) => 1 / Math.sqrt(x)),
  square: unary((x) => x * x),
  tanh: unary(Math.tanh),
  erf: unary(erf),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  relu: unary((x) => Math.max(x, 0)),
  step: unary((x) => (x > 0 ? 1 : 0)),

  matMul: (values, { inputs, attributes }) =>
    product(
      values,
      inputs.map(({ shape }) => shape),
      attributes,
    ),
  reduceSum: reduction(sum),
  reduceMean: reduction((values) => sum(values) / values.length),
  reduceMax: reduction((values) => Math.max(...values)),

  reshape: ([x]) => x,
  broadcast: ([x], { shape, inputs: [{ shape: from }] }) =>
    fill(shape, (places) => stretched(x, from, places)),
  transpose: ([x], { shape, inputs: [{ shape: from }], attributes: { permutation } }) =>
    fill(
      shape,
      (places) =>
        x[
          indexOf(
            from.map((_, axis) => places[permutation.indexOf(axis)]),
            from,
          )
        ],
    ),
  slice: ([x], { shape, inputs: [{ shape: from }], attributes: { begin } }) =>
    fill(
      shape,
      (places) =>
        x[
          indexOf(
            places.map((place, axis) => place + begin[axis]),
            from,
          )
        ],
    ),
  pad: ([x], { shape, inputs: [{ shape: from }], attributes: { before } }) =>
    fill(shape, (places) => {
      const source = places.map((place, axis) => place - before[axis]);
      return source.every((place, axis) => place >= 0 && place < from[axis]) ? x[indexOf(source, from)] : 0;
    }),
  concatenate: (parts, { shape, inputs, attributes: { axis } }) =>
    fill(shape, (places) => {
      let [part, place] = [0, places[axis]];
      for (; place >= inputs[part].shape[axis]; part += 1) place -= inputs[part].shape[axis];
      return parts[part][indexOf(places.with(axis, place), inputs[part].shape)];
    }),

  gather: ([rows, ids], { shape }) => fill(shape, ([n, c]) => rows[ids[n] * shape[1] + c]),
  segmentSum: ([rows, ids], { shape }) =>
    fill(shape, ([segment, c]) => sum(ids.map((id, n) => (id === segment ? rows[n * shape[1] + c] : 0)))),
  dropoutMask: ([[first, second], [part] = [0]], { shape, attributes: { rate, stream } }) =>
    Array.from(dropoutMask(sizeOf(shape), rate, { seed: [first + stream, second], part })),

  softmax: ([x], node) => byRow(softmax)(x, node),
  logSoftmax: ([x], node) => byRow(logSoftmax)(x, node),
  crossEntropy: ([logits, labels], { inputs: [node] }) =>
    byRow((row, n) => [-logSoftmax(row)[labels[n]]])(logits, node),
  crossEntropyGradient: ([logits, labels], { inputs: [node] }) =>
    byRow((row, n) => softmax(row).map((share, v) => share - Number(v === labels[n])))(logits, node),

  gelu: ([x], { attributes: { approximation } }) =>
    x.map((value) =>
      approximation === 'none'
        ? (value * (1 + erf(value / Math.SQRT2))) / 2
        : (value * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3)))) / 2,
    ),
  layerNormalization: ([x, gain, bias], node) =>
    byRow((row) => {
      const mean = sum(row) / row.length;
      const variance = sum(row.map((value) => (value - mean) ** 2)) / row.length;
      const deviation = Math.sqrt(variance + node.attributes.epsilon);
      return row.map((value, c) => ((value - mean) / deviation) * gain[c] + bias[c]);
    })(x, node),
  attention: ([query, key, value, mask, ...rest], { inputs }) => {
    const [queries, keys, values, masks] = inputs.map(({ shape }) => shape);
    const scoreShape = [...queries.slice(0, -1), keys[2]];
    const scores = product([query, key], [queries, keys], { transposeA: false, transposeB: true });
    const masked = fill(
      scoreShape,
      (places) => scores[indexOf(places, scoreShape)] + stretched(mask, masks, places),
    );
    const weights = byRow(softmax)(masked, { shape: scoreShape });
    const keep = rest.at(0);
    const kept = keep === undefined ? weights : weights.map((weight, index) => weight * keep[index]);
    return product([kept, value], [scoreShape, values], { transposeA: false, transposeB: false });
  },
};
