// What the expansions of composites and those of their gradients share, so that equal nodes are made once.
import type { Node } from './ir.ts';
import {
  add,
  erf,
  matMul,
  multiply,
  reciprocalSquareRoot,
  reduceMean,
  scalar,
  scale,
  softmax,
  square,
  subtract,
  tanh,
} from './operations.ts';

/** Φ(x), the cumulative standard normal distribution. */
export function normalCumulative(x: Node): Node {
  return add(scale(erf(scale(x, Math.SQRT1_2)), 0.5), scalar(x.graph, 0.5));
}

/** tanh(√(2/π)(x + 0.044715x³)), of which GELU's approximation is made. */
export function geluTangent(x: Node): Node {
  const cubic = add(x, scale(multiply(square(x), x), 0.044715));
  return tanh(scale(cubic, Math.sqrt(2 / Math.PI)));
}

/** Rows at mean 0 and variance 1, and the 1/deviation that brought them there. [N, C], [N, 1] */
export function standardize(x: Node, epsilon: number): { normal: Node; inverseDeviation: Node } {
  const centred = subtract(x, reduceMean(x, [-1], true));
  const variance = reduceMean(square(centred), [-1], true);
  const inverseDeviation = reciprocalSquareRoot(add(variance, scalar(x.graph, epsilon)));
  return { normal: multiply(centred, inverseDeviation), inverseDeviation };
}

/** softmax(QKᵀ + mask), before any dropout. [B, H, Q, T] */
export function attentionWeights(query: Node, key: Node, mask: Node): Node {
  return softmax(add(matMul(query, key, { transposeB: true }), mask));
}
