// What a model looks at: the weights of every attention of a graph, head by head, as further outputs of that graph.
import { attentionWeights } from './composite-parts.ts';
import type { Node } from './ir.ts';
import { reachable } from './ir.ts';

/**
 * Finds softmax(QKᵀ/√d + mask) of each attention that the outputs depend on. Whoever computes the outputs computes the
 * weights anyway, so that to ask for them costs next to nothing.
 * @param outputs by name, as they are given to a target
 * @returns the same with `attention.0`, `attention.1`, …, first layer first; each [B, H, Q, T], rows that sum to 1
 * @example compileInterpreter(withAttention({ logits })).run(feeds)['attention.0']
 */
export function withAttention(outputs: Readonly<Record<string, Node>>): Record<string, Node> {
  const attentions = reachable(Object.values(outputs)).filter(isAttention);
  const named = attentions.map(({ inputs: [query, key, , mask], scope, graph }, layer) => [
    `attention.${layer}`,
    graph.scoped(scope, () => attentionWeights(query, key, mask)),
  ]);
  return { ...outputs, ...(Object.fromEntries(named) as Record<string, Node>) };
}

const isAttention = (node: Node): node is Node<'attention'> => node.operation === 'attention';
