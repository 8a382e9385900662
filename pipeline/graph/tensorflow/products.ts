// Matrix products in the order of operands that TensorFlow's kernels are fastest at, in float32 or bfloat16.
import type { Node } from '../ir.ts';
import type { Context, Emit } from './emit.ts';
import { float, index, once, reshaped, vector } from './emit.ts';
import type { Reference } from './graph-def.ts';
import { typeAttribute } from './graph-def.ts';

export const matMul: Emit<'matMul'> = (node, inputs, context) => {
  const { attributes, shape } = node;
  const low = context.precision === 'bfloat16' && !attributes.exact;
  const operands = low ? inputs.map((input) => asBfloat16(input, context)) : inputs;
  if (!low && context.kernels && isLarge(node)) return fusedProduct(inputs, attributes, context);
  if (!low && isGradientOfWeights(node)) return sumOfOuterProducts(node, inputs, context);
  const T = typeAttribute(low ? 'bfloat16' : 'float32');
  const a = { b: attributes.transposeA };
  const b = { b: attributes.transposeB };
  const product =
    shape.length === 2
      ? context.target.add('MatMul', operands, { T, transpose_a: a, transpose_b: b })
      : context.target.add('BatchMatMulV2', operands, { T, adj_x: a, adj_y: b });
  if (!low) return product;
  return context.target.add('Cast', [product], { SrcT: T, DstT: typeAttribute('float32') });
};

const LEAST_SIDE = 32; // below it TensorFlow's product is as fast

/** Whether the product of the library of kernels is the faster one. */
function isLarge({ shape, attributes: { transposeA }, inputs: [a] }: Node<'matMul'>): boolean {
  return shape.length === 2 && Math.min(...shape, a.shape[transposeA ? 0 : 1]) >= LEAST_SIDE;
}

function fusedProduct(
  [a, b, ...bias]: readonly Reference[],
  { transposeA, transposeB }: { readonly transposeA: boolean; readonly transposeB: boolean },
  { target }: Context,
): Reference {
  return target.add('CoppiceProduct', [a, b, ...bias], {
    N: { i: bias.length },
    transpose_a: { b: transposeA },
    transpose_b: { b: transposeB },
  });
}

/** @returns the product with a bias added in the same pass; undefined where the sum is of something else. */
export function withBias(product: Reference, bias: Reference, { target }: Context): Reference | undefined {
  const { op, input, attr } = target.nodeOf(product) ?? {};
  if (op !== 'CoppiceProduct' || input?.length !== 2) return undefined;
  return target.add(op, [...input, bias], { ...attr, N: { i: 1 } }); // nobody reads the other one any more
}

/** One cast for all products that read the same tensor. */
function asBfloat16(x: Reference, context: Context): Reference {
  return once(context, `bfloat16 ${x}`, () =>
    context.target.add('Cast', [x], { SrcT: typeAttribute('float32'), DstT: typeAttribute('bfloat16') }),
  );
}

/** Aᵀ·B over many rows: what the gradient in a weight is. */
function isGradientOfWeights({ attributes, shape, inputs: [a] }: Node<'matMul'>): boolean {
  const isSmall = shape.length !== 2 || a.shape[0] < 512 || Math.min(...shape) < 64;
  return attributes.transposeA && !attributes.transposeB && !isSmall;
}

/**
 * Aᵀ·B with one of the two transposed in a pass of its own, which the product makes good: the narrower, or the wider
 * where its rows are a multiple of 2 KB apart, since then a column falls into few sets of the cache.
 */
function sumOfOuterProducts(
  { shape, inputs }: Node<'matMul'>,
  [a, b]: readonly Reference[],
  context: Context,
): Reference {
  const [rows, columns] = shape;
  const [height] = inputs[0].shape;
  const isAliased = Math.max(rows, columns) % 512 === 0;
  const product = (left: Reference, right: Reference): Reference =>
    context.target.add('MatMul', [left, right], float);
  return isAliased === rows >= columns
    ? product(transposed(a, [height, rows], context), b)
    : transposed(product(transposed(b, [height, columns], context), a), [columns, rows], context);
}

/** By way of three axes: TensorFlow would take a plain transposition back into the product. */
function transposed(x: Reference, [rows, columns]: readonly [number, number], context: Context): Reference {
  return once(context, `transposed ${x}`, () => {
    const deep = reshaped(context, x, [1, rows, columns]);
    const attributes = { ...float, Tperm: index };
    const turned = context.target.add('Transpose', [deep, vector(context, [0, 2, 1])], attributes);
    return reshaped(context, turned, [columns, rows]);
  });
}
