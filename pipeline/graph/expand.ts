// Composite operations as the simple ones that they are made of. Expanding happens after differentiation, so that a
// composite has one gradient, written for speed; what that gradient and the forward pass share is then made once.
import type { Node } from './ir.ts';
import { reachable } from './ir.ts';
import type { OperationName } from './operation-kinds.ts';
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

/** Operations that `expand` can replace. */
export const composites = ['gelu', 'layerNormalization', 'attention'] as const satisfies OperationName[];
export type Composite = (typeof composites)[number];

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

type Expansion = { readonly [K in Composite]: (node: Node<K>, inputs: readonly Node[]) => Node };

const expansions: Expansion = {
  gelu: ({ attributes }, [x]) =>
    attributes.approximation === 'none'
      ? multiply(x, normalCumulative(x))
      : multiply(scale(x, 0.5), add(geluTangent(x), scalar(x.graph, 1))),
  layerNormalization: ({ attributes }, [x, gain, bias]) =>
    add(multiply(standardize(x, attributes.epsilon).normal, gain), bias),
  attention: (_, [query, key, value, mask, keep]) => {
    const weights = attentionWeights(query, key, mask);
    return matMul((keep as Node | undefined) === undefined ? weights : multiply(weights, keep), value);
  },
};

const isComposite = (node: Node): node is Node<Composite> =>
  (composites as readonly OperationName[]).includes(node.operation);

/**
 * Replaces composites by what they are made of.
 * @param keep composites that the target has an operation for
 * @returns the same outputs, computed without the others, in the same graph
 */
export function expand(outputs: readonly Node[], keep: readonly Composite[] = []): Node[] {
  const replaced = new Map<Node, Node>();
  const replacementOf = (node: Node): Node => replaced.get(node) ?? node;
  for (const node of reachable(outputs)) {
    const inputs = node.inputs.map(replacementOf);
    replaced.set(
      node,
      node.graph.scoped(node.scope, () =>
        isComposite(node) && !keep.includes(node.operation)
          ? expandOne(node, inputs)
          : node.graph.add(node.operation, inputs, node.attributes),
      ),
    );
  }
  return outputs.map(replacementOf);
}

function expandOne<K extends Composite>(node: Node<K>, inputs: readonly Node[]): Node {
  return expansions[node.operation](node, inputs);
}
