// What the lowering of every operation is given, and the small things that several of them need.
import type { Node } from '../ir.ts';
import type { OperationName, Precision, Shape } from '../operation-kinds.ts';
import type { GraphDef, Reference } from './graph-def.ts';
import { typeAttribute } from './graph-def.ts';

export interface Context {
  readonly target: GraphDef;
  readonly precision: Precision;
  /** Whether the library of fused kernels is loaded where the graph will run. */
  readonly kernels: boolean;
  /** Where inputs and parameters are read. */
  readonly source: (node: Node<'input'> | Node<'parameter'>) => Reference;
  /** What was made for several nodes at once, by what it was made from. */
  readonly shared: Map<string, Reference>;
}

/** Adds an operation to the target. */
export type Emit<K extends OperationName> = (
  node: Node<K>,
  inputs: readonly Reference[],
  context: Context,
) => Reference;

export const float = { T: typeAttribute('float32') };
export const index = typeAttribute('int32');

export const simple =
  (op: string): Emit<OperationName> =>
  (_, inputs, { target }) =>
    target.add(op, inputs, float);

export const vector = (context: Context, values: readonly number[]): Reference =>
  context.target.constant(Int32Array.from(values), [values.length]);

export const number = (context: Context, value: number): Reference =>
  context.target.constant(Float32Array.of(value), []);

export const integer = (context: Context, value: number): Reference =>
  context.target.constant(Int32Array.of(value), []);

export const reshaped = (context: Context, x: Reference, shape: Shape): Reference =>
  context.target.add('Reshape', [x, vector(context, shape)], { ...float, Tshape: index });

/** Makes once what several nodes read. */
export function once({ shared }: Context, key: string, make: () => Reference): Reference {
  const made = shared.get(key) ?? make();
  shared.set(key, made);
  return made;
}
