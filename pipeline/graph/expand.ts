// Composite operations as the simple ones that they are made of. Expanding happens after differentiation, so that a
// composite has one gradient, written for speed; what that gradient and the forward pass share is then made once.

import { attentionGradient, geluGradient, layerNormalizationGradient } from './composite-gradients.ts';
import { attentionWeights, geluTangent, normalCumulative, standardize } from './composite-parts.ts';
import type { Node } from './ir.ts';
import { reachable } from './ir.ts';
import type { OperationName } from './operation-kinds.ts';
import { add, matMul, multiply, scalar, scale } from './operations.ts';

/** What a model is written with. */
export const forwardComposites = [
  'gelu',
  'layerNormalization',
  'attention',
] as const satisfies OperationName[];

/** What those are differentiated to. */
const gradientComposites = [
  'geluGradient',
  'layerNormalizationGradient',
  'attentionGradient',
] as const satisfies OperationName[];
export type GradientComposite = (typeof gradientComposites)[number];

/** Operations that `expand` can replace. */
export const composites = [...forwardComposites, ...gradientComposites] as const;
export type Composite = (typeof composites)[number];

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
  geluGradient,
  layerNormalizationGradient,
  attentionGradient,
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
