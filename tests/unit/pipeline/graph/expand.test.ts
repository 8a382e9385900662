import { describe, expect, it } from 'vitest';
import type { Composite } from '../../../../pipeline/graph/expand.ts';
import { composites, expand, forwardComposites } from '../../../../pipeline/graph/expand.ts';
import { gradients } from '../../../../pipeline/graph/gradients.ts';
import type { Node } from '../../../../pipeline/graph/ir.ts';
import { createGraph, reachable } from '../../../../pipeline/graph/ir.ts';
import * as op from '../../../../pipeline/graph/operations.ts';
import { expectClose } from '../../../support/expect-close.ts';
import { givenNumbers } from '../../../support/graph-case.ts';
import { graphCases } from '../../../support/graph-cases.ts';
import { evaluate } from '../../../support/graph-reference.ts';

const cases = forwardComposites.flatMap((name) =>
  graphCases[name].map((one) => [`${name}: ${one.name}`, name, one] as const),
);
const operationsOf = (outputs: readonly Node[]): string[] =>
  reachable(outputs).map(({ operation }) => operation);

describe('expanding', () => {
  it.each(cases)('leaves the numbers of %s', (_, name, { build }) => {
    const built = build(createGraph());
    const outputs = Object.values(built.outputs);
    const expanded = expand(outputs);
    expect(operationsOf(outputs)).toContain(name);
    expect(operationsOf(expanded)).not.toContain(name);
    const [plain, whole] = [expanded, outputs].map((nodes) => evaluate(nodes, givenNumbers(built)));
    for (const [index, values] of plain.entries()) expectClose(values, whole[index], 1e-6);
  });

  it.each(cases)('before differentiating gives the gradients of %s too', (_, _name, { build }) => {
    const built = build(createGraph());
    const loss = (node: Node): Node => {
      const axes = node.shape.map((_count, axis) => axis);
      return axes.length === 0 ? node : op.reduceSum(op.multiply(node, op.tanh(node)), axes);
    };
    const [whole] = Object.values(built.outputs);
    const [plain] = expand([whole]);
    const [ofWhole, ofPlain] = [whole, plain].map((node) =>
      evaluate(gradients(loss(node), built.floats), givenNumbers(built)),
    );
    for (const [index, values] of ofWhole.entries()) expectClose(values, ofPlain[index], 1e-5);
  });

  it.each(forwardComposites)('keeps %s for a target that has it, and expands the others', (kept) => {
    const outputs = threeComposites();
    const found = new Set(operationsOf(expand(outputs, [kept])));
    expect(forwardComposites.filter((name) => found.has(name))).toEqual([kept]);
  });

  it('changes nothing where there is nothing to expand', () => {
    const graph = createGraph();
    const y = op.tanh(op.input(graph, 'x', [2]));
    const outputs = threeComposites();
    expect(expand([y])).toEqual([y]);
    expect(expand(outputs, composites)).toEqual(outputs);
    expect(graph.nodes).toHaveLength(2);
  });

  it('leaves the name of the place that a composite stood at', () => {
    const graph = createGraph();
    const x = op.input(graph, 'x', [2]);
    const [expanded] = expand([graph.scoped('layer 3', () => op.gelu(x))]);
    expect(expanded.scope).toBe('layer 3');
  });

  it.each<[Composite, string, number]>([
    ['gelu', 'erf', 1],
    ['layerNormalization', 'reciprocalSquareRoot', 1],
    ['attention', 'softmax', 1],
  ])('of %s and its gradient computes %s once', (name, shared, times) => {
    const built = graphCases[name][0].build(createGraph());
    const [y] = Object.values(built.outputs);
    const loss = op.reduceSum(
      y,
      y.shape.map((_, axis) => axis),
    );
    const used = operationsOf(expand([loss, ...gradients(loss, built.floats)]));
    expect(used.filter((operation) => operation === shared)).toHaveLength(times);
  });
});

/** One of each composite. */
function threeComposites(): Node[] {
  const graph = createGraph();
  const [x, gain] = [op.input(graph, 'x', [2, 3]), op.input(graph, 'gain', [3])];
  const normal = op.gelu(op.layerNormalization(x, gain, gain, 1e-5));
  const heads = op.reshape(normal, [1, 1, 2, 3]);
  return [op.attention({ query: heads, key: heads, value: heads, mask: op.scalar(graph, 0) })];
}
