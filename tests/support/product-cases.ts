// Products of matrices, small ones and such as have a kernel of their own.
import * as operations from '../../pipeline/graph/operations.ts';
import type { GraphCase } from './graph-case.ts';
import { graphCase } from './graph-case.ts';

export const matMul = (
  name: string,
  a: readonly number[],
  b: readonly number[],
  options?: operations.MatMulOptions,
): GraphCase => graphCase(name, ({ floats }) => operations.matMul(floats('a', a), floats('b', b), options));

/** With blocks that are not full in any direction, and a bias for each column. */
export const largeProduct = (name: string, options: operations.MatMulOptions): GraphCase =>
  graphCase(
    name,
    ({ floats }) => {
      const a = floats('a', options.transposeA === true ? [300, 101] : [101, 300]);
      const b = floats('b', options.transposeB === true ? [45, 300] : [300, 45]);
      const product = operations.matMul(operations.scale(a, 0.1), operations.scale(b, 0.1), options);
      return { product, withBias: operations.add(product, floats('bias', [45])) };
    },
    { noGradient: true },
  );
