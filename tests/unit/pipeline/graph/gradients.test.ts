import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { expand } from '../../../../pipeline/graph/expand.ts';
import { gradients } from '../../../../pipeline/graph/gradients.ts';
import { compileInterpreter } from '../../../../pipeline/graph/interpret.ts';
import type { Graph, Node } from '../../../../pipeline/graph/ir.ts';
import { createGraph, reachable } from '../../../../pipeline/graph/ir.ts';
import * as operations from '../../../../pipeline/graph/operations.ts';
import { sizeOf } from '../../../../pipeline/graph/shapes.ts';
import { createRandom } from '../../../../pipeline/random.ts';
import { expectClose } from '../../../support/expect-close.ts';
import type { GraphCase } from '../../../support/graph-case.ts';
import { givenNumbers } from '../../../support/graph-case.ts';
import { allGraphCases } from '../../../support/graph-cases.ts';
import { evaluate } from '../../../support/graph-reference.ts';
import { usePlainBackend } from '../model/plain-backend.ts';
import { parameterTensors } from './parameter-tensors.ts';

beforeAll(usePlainBackend);

/** A scalar in which every number of the outputs has a weight of its own. */
function lossOf(graph: Graph, outputs: readonly Node[]): Node {
  const random = createRandom(11);
  return outputs
    .map((output) => {
      const weights = Float32Array.from({ length: sizeOf(output.shape) }, random.normal);
      const weighted = operations.multiply(output, operations.constant(graph, weights, output.shape));
      return operations.reduceSum(operations.reshape(weighted, [weights.length]), [0]);
    })
    .reduce(operations.add);
}

const differentiable = allGraphCases.flatMap(([title, one]) => {
  const { floats } = one.build(createGraph());
  return one.noGradient === true || floats.length === 0 ? [] : [[title, one] as const];
});

/** TensorFlow.js gives maximum's gradient the result's shape, not the operand's, and has none for scattering. */
const theirsToo = differentiable.filter(
  ([title]) => !/^(segmentSum|maximum: (a row|a number|both))/.test(title),
);

function build(one: GraphCase) {
  const graph = createGraph();
  const built = one.build(graph, 'parameter');
  const loss = lossOf(graph, Object.values(built.outputs));
  return { built, loss, found: gradients(loss, built.floats), given: givenNumbers(built) };
}

const nameOf = ({ attributes }: Node): string => ('name' in attributes ? attributes.name : '');

describe('gradients', () => {
  it.each(differentiable)('are what differences measure, of %s', (_, one) => {
    const { built, loss, found, given } = build(one);
    for (const [index, variable] of built.floats.entries()) {
      const [gradient] = evaluate([found[index]], given);
      expectClose(gradient, differences(loss, nameOf(variable), given), 1e-6, nameOf(variable));
    }
  });

  it.each(theirsToo)('are what TensorFlow.js finds by itself, of %s', (_, one) => {
    const { built, loss, found } = build(one);
    const names = built.floats.map(nameOf);
    const parameters = parameterTensors(built);
    const { run } = compileInterpreter({ loss });
    const differentiate = tf.grads((...tensors: tf.Tensor[]) => {
      const current = Object.fromEntries(names.map((name, index) => [name, tensors[index]]));
      return run({ inputs: built.inputs, parameters: current }).loss;
    });
    const theirs = differentiate(names.map((name) => parameters[name]));
    const ours = compileInterpreter(Object.fromEntries(names.map((name, index) => [name, found[index]])));
    const values = ours.run({ inputs: built.inputs, parameters });
    for (const [index, name] of names.entries()) {
      expect(values[name].shape).toEqual(built.floats[index].shape);
      expectClose(values[name].dataSync(), theirs[index].dataSync(), 1e-5, name);
    }
  });

  it.each([2, 3])(
    'of %d slices that make up the whole are put side by side, not padded and added',
    (count) => {
      const graph = createGraph();
      const x = operations.parameter(graph, 'x', [2, 6]);
      const width = 6 / count;
      const parts = Array.from({ length: count }, (_, part) =>
        operations.square(operations.slice(x, [0, 6 - width * (part + 1)], [2, width])),
      );
      const [gradient] = gradients(lossOf(graph, parts), [x]);
      expect(gradient.operation).toBe('concatenate');
      expect(reachable([gradient]).map(({ operation }) => operation)).not.toContain('pad');
    },
  );

  it('of a slice and of the whole beside it are added', () => {
    const graph = createGraph();
    const x = operations.parameter(graph, 'x', [3]);
    const y = operations.reduceSum(operations.multiply(x, x), [0]);
    const z = operations.reduceSum(operations.slice(x, [1], [2]), [0]);
    const [value] = evaluate(gradients(operations.add(y, z), [x]), { x: [1, 2, 3] });
    expect(value).toEqual([2, 5, 7]);
  });

  it.each([
    [
      'overlap',
      [
        [0, 3],
        [2, 2],
      ],
    ],
    [
      'overlap by as much as they leave out',
      [
        [0, 2],
        [1, 2],
      ],
    ],
    [
      'leave out the beginning',
      [
        [1, 2],
        [3, 1],
      ],
    ],
    [
      'leave out the middle',
      [
        [0, 1],
        [2, 2],
      ],
    ],
    [
      'leave out the end',
      [
        [0, 2],
        [2, 1],
      ],
    ],
  ] as const)('of slices that %s are right', (_, cuts) => {
    const graph = createGraph();
    const x = operations.parameter(graph, 'x', [4, 2]);
    const parts = cuts.map(([start, count]) =>
      operations.square(operations.slice(x, [start, 0], [count, 2])),
    );
    const loss = lossOf(graph, parts);
    const given = { x: Float32Array.of(1, -2, 3, 0.5, -1, 2, 1.5, 0.25) };
    const [gradient] = evaluate(gradients(loss, [x]), given);
    expectClose(gradient, differences(loss, 'x', given), 1e-6);
  });

  it.each([
    [
      'all four corners',
      [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
    ],
    [
      'a diagonal',
      [
        [0, 0],
        [1, 1],
      ],
    ],
  ])('of slices along two axes, %s, are right', (_, corners) => {
    const graph = createGraph();
    const x = operations.parameter(graph, 'x', [2, 2]);
    const cut = corners.map((corner) => operations.square(operations.slice(x, corner, [1, 1])));
    const loss = lossOf(graph, cut);
    const given = { x: Float32Array.of(1, -2, 3, 0.5) };
    const [gradient] = evaluate(gradients(loss, [x]), given);
    expectClose(gradient, differences(loss, 'x', given), 1e-6);
  });

  it('add up over all that read a variable', () => {
    const graph = createGraph();
    const x = operations.parameter(graph, 'x', []);
    const y = operations.add(operations.square(x), operations.multiply(x, operations.exponential(x)));
    const [value] = evaluate(gradients(y, [x]), { x: [0.5] });
    expectClose(value, [1 + Math.exp(0.5) * 1.5], 1e-12);
  });

  it('go through a variable to those that it is computed from', () => {
    const graph = createGraph();
    const x = operations.parameter(graph, 'x', []);
    const middle = operations.square(x);
    const [ofMiddle, ofX] = gradients(operations.exponential(middle), [middle, x]);
    const values = evaluate([ofMiddle, ofX], { x: [0.5] }).flat();
    expectClose(values, [Math.exp(0.25), Math.exp(0.25)], 1e-12);
  });

  it('are 1 of the loss in itself, and can be differentiated again', () => {
    const graph = createGraph();
    const x = operations.parameter(graph, 'x', []);
    const cube = operations.multiply(operations.square(x), x);
    const [itself] = gradients(cube, [cube]);
    const [first] = gradients(cube, [x]);
    const [second] = gradients(first, [x]);
    expect(evaluate([itself, first, second], { x: [3] })).toEqual([[1], [27], [18]]);
  });

  it('bear the name of the part that they are of', () => {
    const graph = createGraph();
    const x = operations.parameter(graph, 'x', []);
    const y = graph.scoped('head', () => operations.tanh(x));
    const [gradient] = gradients(y, [x]);
    expect(gradient.scope).toBe('head′');
  });

  it('of an exact product are exact, and so are the means of a layer normalization', () => {
    const graph = createGraph();
    const [x, w, gain] = [[4, 4], [4, 4], [4]].map((shape, i) => operations.parameter(graph, `p${i}`, shape));
    const ways = [
      {},
      { transposeA: true },
      { transposeB: true },
      { transposeA: true, transposeB: true },
    ] as const;
    const exact = ways.map((way) => operations.matMul(x, w, { ...way, exact: true }));
    const normal = operations.layerNormalization(x, gain, gain, 1e-5);
    const found = expand(gradients(lossOf(graph, [...exact, normal]), [x, w, gain]));
    const products = reachable(found).filter((node): node is Node<'matMul'> => node.operation === 'matMul');
    expect(products).toHaveLength(4 * 2 + 2);
    expect(products.every(({ attributes }) => attributes.exact)).toBe(true);
  });

  it('make no node for what does not change with a variable', () => {
    const graph = createGraph();
    const [x, w] = [operations.input(graph, 'x', [2, 2]), operations.parameter(graph, 'w', [2, 2])];
    const [ofW] = gradients(lossOf(graph, [operations.matMul(operations.tanh(x), w)]), [w]);
    const products = reachable([ofW]).filter(({ operation }) => operation === 'matMul');
    expect(products).toHaveLength(1);
  });
});

describe('a gradient that cannot be', () => {
  const graph = createGraph();
  const x = operations.parameter(graph, 'x', [2]);
  const sum = (node: Node): Node => operations.reduceSum(node, [0]);

  it('of more than a number is refused with the shape', () => {
    const y = graph.scoped('head', () => operations.square(x));
    expect(() => gradients(y, [x])).toThrow('head: square: expected a scalar loss, got [2]');
  });

  it.each([
    ['step', () => sum(operations.step(x)), 'block: step: input 0 has no gradient'],
    ['reduceMax', () => operations.reduceMax(x, [0]), 'block: reduceMax: input 0 has no gradient'],
  ])('through %s is refused with its name', (_, make, message) => {
    const loss = graph.scoped('block', make);
    expect(() => gradients(loss, [x])).toThrow(message);
  });

  it('in what the loss does not depend on is refused with its name', () => {
    const other = graph.scoped('tail', () => operations.parameter(graph, 'w', [2]));
    expect(() => gradients(sum(x), [x, other])).toThrow('tail: parameter: the loss does not depend on w');
    expect(() => gradients(sum(x), [operations.tanh(x)])).toThrow(/^tanh: the loss does not depend on %\d+$/);
  });

  it('in a mask of attention is refused, as masks are given', () => {
    const query = operations.input(graph, 'query', [1, 1, 2, 2]);
    const mask = operations.reshape(x, [1, 1, 1, 2]);
    const y = operations.attention({ query, key: query, value: query, mask });
    const loss = operations.reduceSum(y, [0, 1, 2, 3]);
    expect(() => gradients(loss, [x])).toThrow('attention: input 3 has no gradient');
  });
});

/** Central differences (f(x + h) − f(x − h))/2h, number by number in float64. */
function differences(loss: Node, name: string, given: ReturnType<typeof givenNumbers>): number[] {
  const step = 1e-6;
  return Array.from(given[name], (value, index) => {
    const at = (moved: number): number => {
      const numbers = Float64Array.from(given[name]);
      numbers[index] = moved;
      return evaluate([loss], { ...given, [name]: numbers })[0][0];
    };
    return (at(value + step) - at(value - step)) / (2 * step);
  });
}
