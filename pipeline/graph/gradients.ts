// Reverse-mode differentiation (Baydin et al. 2018, arXiv:1502.05767, section 3.2): from the result back to what it was
// computed from, by the rule of each operation. Gradients are nodes of the same graph.
import { gradientRules } from './gradient-rules.ts';
import type { Node } from './ir.ts';
import { GraphError, reachable } from './ir.ts';
import { add, concatenate, scalar } from './operations.ts';

/**
 * Differentiates a scalar.
 * @param loss of shape []
 * @param variables what to differentiate in; each is an input of the loss, near or far
 * @returns a gradient for each variable, of its shape
 * @throws GraphError where the loss is no scalar, does not depend on a variable, or an operation on the way has no gradient
 */
export function gradients(loss: Node, variables: readonly Node[]): Node[] {
  if (loss.shape.length > 0) {
    throw new GraphError(
      loss.operation,
      loss.scope,
      `expected a scalar loss, got [${loss.shape.join(', ')}]`,
    );
  }
  const nodes = reachable([loss]);
  const dependent = dependents(nodes, variables);
  const contributions = new Map<Node, Node[]>([[loss, [scalar(loss.graph, 1)]]]);
  for (const node of nodes.toReversed()) {
    const received = contributions.get(node);
    if (received === undefined || !node.inputs.some((input) => dependent.has(input))) continue;
    const given = loss.graph.scoped(`${node.scope}′`, () => gradientRules(node, total(received)));
    for (const [index, input] of node.inputs.entries()) {
      if (!dependent.has(input)) continue;
      const gradient = given.at(index);
      if (gradient === undefined)
        throw new GraphError(node.operation, node.scope, `input ${index} has no gradient`);
      contributions.set(input, [...(contributions.get(input) ?? []), gradient]);
    }
  }
  return variables.map((variable) => {
    const received = contributions.get(variable);
    if (received === undefined) {
      throw new GraphError(
        variable.operation,
        variable.scope,
        `the loss does not depend on ${nameOf(variable)}`,
      );
    }
    return total(received);
  });
}

function nameOf({ attributes, id }: Node): string {
  return 'name' in attributes ? attributes.name : `%${id}`;
}

/** The nodes that change with a variable. */
function dependents(nodes: readonly Node[], variables: readonly Node[]): Set<Node> {
  const found = new Set(variables);
  for (const node of nodes) {
    if (node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}

/** Sums what several readers send back; slices that make up the whole are put side by side instead of padded and added. */
function total(parts: readonly Node[]): Node {
  return tiles(parts) ?? parts.reduce(add);
}

function tiles(parts: readonly Node[]): Node | undefined {
  if (!parts.every((part) => part.operation === 'pad')) return undefined;
  const placed = (parts as readonly Node<'pad'>[]).map((part) => ({ part, ...part.attributes }));
  const axes = placed[0].part.shape.map((_, axis) => axis);
  const moved = axes.filter((axis) =>
    placed.some(({ before, after }) => before[axis] > 0 || after[axis] > 0),
  );
  const [axis] = moved;
  if (moved.length !== 1) return undefined;
  placed.sort((a, b) => a.before[axis] - b.before[axis]);
  let end = 0;
  for (const { part, before } of placed) {
    if (before[axis] !== end) return undefined;
    end += part.inputs[0].shape[axis];
  }
  if (end !== parts[0].shape[axis]) return undefined;
  const [first, ...rest] = placed.map(({ part }) => part.inputs[0]);
  return concatenate([first, ...rest], axis);
}
