// Dynamic quantization to int8: matrix products with parameters, and tables whose rows are looked up. Weights are whole
// numbers with a scale a channel; what is multiplied with them is quantized as it comes, with a scale a tensor
// (onnxruntime.ai/docs/performance/model-optimizations/quantization.html, "Dynamic quantization"). The sequence of
// operators is the one that ONNX Runtime fuses into one.
import type { Node } from '../ir.ts';
import type { Shape } from '../operation-kinds.ts';
import type { OnnxGraph, Reference } from './onnx-graph.ts';
import { dataType } from './onnx-schema.ts';
import { swapLast } from './operators.ts';

/**
 * Largest weight: 7 bits, since kernels for processors without VNNI add two products of 8 bits in 16 and would overflow
 * (the same page, "When and why do I need to try reduce_range?").
 */
const LARGEST = 63;

/** Whole numbers, and what each channel's are to be multiplied by. */
export interface QuantizedWeight {
  readonly values: Int8Array;
  /** [channels] */
  readonly scales: Float32Array;
}

/**
 * Quantizes a matrix.
 * @param values row-major
 * @param axis 0: a channel is a row; 1: a column
 * @returns the nearest whole numbers; each channel's largest magnitude becomes 63
 */
export function quantizeMatrix(values: Float32Array, [rows, columns]: Shape, axis: number): QuantizedWeight {
  const scales = new Float32Array(axis === 0 ? rows : columns);
  const whole = new Int8Array(values.length);
  forEachNumber(rows, columns, (index, row, column) => {
    const channel = axis === 0 ? row : column;
    scales[channel] = Math.max(scales[channel], Math.abs(values[index]) / LARGEST);
  });
  forEachNumber(rows, columns, (index, row, column) => {
    const scale = scales[axis === 0 ? row : column];
    whole[index] = scale === 0 ? 0 : Math.round(values[index] / scale);
  });
  return { values: whole, scales };
}

function forEachNumber(
  rows: number,
  columns: number,
  visit: (index: number, row: number, column: number) => void,
): void {
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) visit(row * columns + column, row, column);
  }
}

/** The weight that an operation reads quantized, and the axis of its channels. */
interface QuantizedRead {
  readonly weight: Node<'parameter'>;
  readonly axis: 0 | 1;
}

function quantizedRead(node: Node): QuantizedRead | undefined {
  const [first, second] = node.inputs;
  if (node.operation === 'gather' && isMatrix(first)) return { weight: first, axis: 0 };
  if (!isInexactProduct(node) || !isMatrix(second)) return undefined;
  return { weight: second, axis: node.attributes.transposeB ? 0 : 1 };
}

/** @returns the parameters that are quantized where `nodes` are written so, with the axis of their channels */
export function quantizedParameters(nodes: readonly Node[]): ReadonlyMap<string, 0 | 1> {
  const reads = nodes.flatMap((node) => quantizedRead(node) ?? []);
  return new Map(reads.map(({ weight, axis }) => [weight.attributes.name, axis]));
}

/** What an operation is written with. */
export interface WriteContext {
  readonly target: OnnxGraph;
  /** Where a node's result is found. */
  readonly referenceOf: (node: Node) => Reference;
  readonly valuesOf: (parameter: Node<'parameter'>) => Float32Array;
}

/**
 * Adds a node on quantized weights.
 * @returns where its result is found, or nothing where the node has no weights to quantize
 */
export function addQuantized(node: Node, context: WriteContext): Reference | undefined {
  const read = quantizedRead(node);
  if (read === undefined) return undefined;
  const weight = weightOf(read, context);
  return isInexactProduct(node)
    ? quantizedProduct(node, weight, context)
    : quantizedRows(weight, node.inputs[1], context);
}

const isInexactProduct = (node: Node): node is Node<'matMul'> =>
  node.operation === 'matMul' && !(node as Node<'matMul'>).attributes.exact;

const isMatrix = (node: Node): node is Node<'parameter'> =>
  node.operation === 'parameter' && node.shape.length === 2;

interface WeightReferences {
  readonly values: Reference;
  readonly scales: Reference;
}

/** Numbers and scales of a parameter, once in the file however often it is read. */
function weightOf({ weight: parameter, axis }: QuantizedRead, context: WriteContext): WeightReferences {
  const { name } = parameter.attributes;
  let made: QuantizedWeight | undefined;
  const quantized = (): QuantizedWeight => {
    made ??= quantizeMatrix(context.valuesOf(parameter), parameter.shape, axis);
    return made;
  };
  const part = (field: keyof QuantizedWeight, shape: Shape): Reference =>
    context.target.named(`%${name}:${field}:${axis}`, shape, () => quantized()[field]);
  return { values: part('values', parameter.shape), scales: part('scales', [parameter.shape[axis]]) };
}

/** table [V, C], ids [N] → [N, C] */
function quantizedRows({ values, scales }: WeightReferences, ids: Node, context: WriteContext): Reference {
  const { target } = context;
  const rows = context.referenceOf(ids);
  const whole = target.add('Cast', [target.add('Gather', [values, rows])], { to: dataType.float32 });
  const column = target.add('Unsqueeze', [target.add('Gather', [scales, rows]), target.integers([1])]); // [N, 1]
  return target.add('Mul', [whole, column]);
}

/** a [N, K] times a weight of [K, M], each as its operation says: transposed or not → [N, M] */
function quantizedProduct(
  { inputs: [a], attributes: { transposeA, transposeB } }: Node<'matMul'>,
  { values, scales }: WeightReferences,
  context: WriteContext,
): Reference {
  const { target } = context;
  const left = transposeA ? swapLast(target, context.referenceOf(a), 2) : context.referenceOf(a);
  const [whole, scale, zeroPoint] = target.addMany('DynamicQuantizeLinear', [left], 3);
  const right = transposeB ? swapLast(target, values, 2) : values;
  const product = target.add('MatMulInteger', [whole, right, zeroPoint]);
  const sums = target.add('Cast', [product], { to: dataType.float32 });
  return target.add('Mul', [sums, target.add('Mul', [scale, scales])]);
}
