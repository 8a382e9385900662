// Gradients of the composite operations, written out: they share what the forward pass computes, and take the shortest
// way, where differentiating the parts one by one would take more memory and more passes over it.
import { attentionWeights, geluTangent, normalCumulative, standardize } from './composite-parts.ts';
import type { Node } from './ir.ts';
import {
  add,
  exponential,
  matMul,
  multiply,
  reduceSum,
  reshape,
  scalar,
  scale,
  square,
  subtract,
} from './operations.ts';

/** dΦ(x)·x/dx = Φ(x) + x·φ(x), and the derivative of the approximation by tanh. */
export function geluGradient({ attributes }: Node<'geluGradient'>, [dy, x]: readonly Node[]): Node {
  const { graph } = x;
  if (attributes.approximation === 'none') {
    const density = scale(exponential(scale(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return multiply(dy, add(normalCumulative(x), multiply(x, density)));
  }
  const tangent = geluTangent(x);
  const inner = add(
    scale(square(x), 3 * 0.044715 * Math.sqrt(2 / Math.PI)),
    scalar(graph, Math.sqrt(2 / Math.PI)),
  );
  const steepness = multiply(subtract(scalar(graph, 1), square(tangent)), inner);
  return multiply(dy, scale(add(add(tangent, scalar(graph, 1)), multiply(x, steepness)), 0.5));
}

/** dx = (dn − mean(dn) − n·mean(dn·n))/deviation with dn = dy·gain, the means as products with gain/C. */
export function layerNormalizationGradient(
  { attributes }: Node<'layerNormalizationGradient'>,
  [dy, x, gain]: readonly Node[],
): Node {
  if (attributes.of === 'bias') return reduceSum(dy, [0]);
  const channels = x.shape[1];
  const { normal, inverseDeviation } = standardize(x, attributes.epsilon);
  const aligned = multiply(dy, normal); // [N, C]
  if (attributes.of === 'gain') return reduceSum(aligned, [0]);
  const meanGain = reshape(scale(gain, 1 / channels), [channels, 1]);
  const mean = (rows: Node): Node => matMul(rows, meanGain, { exact: true }); // [N, 1]
  const dNormal = subtract(subtract(multiply(dy, gain), mean(dy)), multiply(normal, mean(aligned)));
  return multiply(dNormal, inverseDeviation);
}

/**
 * With scores S, weights P = softmax(S) and output O: dS = P·(dP − Σ dO·O), where the sum over a row of O stands for
 * that over the far longer row of P·dP, to which it is equal, dropout or not (Dao et al. 2022, arXiv:2205.14135,
 * appendix B.2).
 */
export function attentionGradient(
  { attributes: { of } }: Node<'attentionGradient'>,
  [dy, y, query, key, value, mask, ...rest]: readonly Node[],
): Node {
  const keep = rest.at(0);
  const weights = attentionWeights(query, key, mask); // [B, H, Q, T]
  const kept = (x: Node): Node => (keep === undefined ? x : multiply(x, keep));
  if (of === 'value') return matMul(kept(weights), dy, { transposeA: true });
  const dWeights = kept(matMul(dy, value, { transposeB: true }));
  const inner = reduceSum(multiply(dy, y), [-1], true); // [B, H, Q, 1]
  const dScores = multiply(weights, subtract(dWeights, inner));
  return of === 'query' ? matMul(dScores, key) : matMul(dScores, query, { transposeA: true });
}
