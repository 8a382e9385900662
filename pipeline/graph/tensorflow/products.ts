// Matrix products in the order of operands that TensorFlow's kernels are fastest at, in float32 or bfloat16.
import type { Node } from '../ir.ts';
import type { Context, Emit } from './emit.ts';
import { float, index, once, vector } from './emit.ts';
import type { Reference } from './graph-def.ts';
import { typeAttribute } from './graph-def.ts';

export const matMul: Emit<'matMul'> = (node, inputs, context) => {
  const { attributes, shape } = node;
  const low = context.precision === 'bfloat16' && !attributes.exact;
  const operands = low ? inputs.map((input) => asBfloat16(input, context)) : inputs;
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

/** One cast for all products that read the same tensor. */
function asBfloat16(x: Reference, context: Context): Reference {
  return once(context, `bfloat16 ${x}`, () =>
    context.target.add('Cast', [x], { SrcT: typeAttribute('float32'), DstT: typeAttribute('bfloat16') }),
  );
}

/** Aᵀ·B over many rows: what the gradient in a weight is. */
function isGradientOfWeights({
  attributes,
  shape,
  inputs: [
    {
      shape: [rows],
    },
  ],
}: Node<'matMul'>): boolean {
  const isSmall = shape.length !== 2 || rows < 512 || Math.min(...shape) < 64;
  return attributes.transposeA && !attributes.transposeB && !isSmall;
}

/**
 * Aᵀ·B with one of the two transposed in a pass of its own, which the product makes good: the narrower, or the wider
 * where its rows are a multiple of 2 KB apart, since then a column falls into few sets of the cache.
 */
function sumOfOuterProducts(
  { shape }: Node<'matMul'>,
  [a, b]: readonly Reference[],
  context: Context,
): Reference {
  const [rows, columns] = shape;
  const isAliased = Math.max(rows, columns) % 512 === 0;
  const product = (left: Reference, right: Reference): Reference =>
    context.target.add('MatMul', [transposed(left, context), right], float);
  const transposesA = isAliased === rows >= columns;
  return transposesA ? product(a, b) : transposed(product(b, a), context);
}

function transposed(x: Reference, context: Context): Reference {
  return once(context, `transposed ${x}`, () =>
    context.target.add('Transpose', [x, vector(context, [1, 0])], { ...float, Tperm: index }),
  );
}
