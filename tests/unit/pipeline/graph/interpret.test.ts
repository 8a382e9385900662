import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileInterpreter } from '../../../../pipeline/graph/interpret.ts';
import { createGraph } from '../../../../pipeline/graph/ir.ts';
import {
  add,
  crossEntropy,
  crossEntropyGradient,
  input,
  multiply,
  parameter,
  reshape,
  square,
  tanh,
} from '../../../../pipeline/graph/operations.ts';
import { expectClose } from '../../../support/expect-close.ts';
import { givenNumbers } from '../../../support/graph-case.ts';
import { allGraphCases } from '../../../support/graph-cases.ts';
import { evaluate } from '../../../support/graph-reference.ts';
import { usePlainBackend } from '../model/plain-backend.ts';
import { parameterTensors } from './parameter-tensors.ts';

beforeAll(usePlainBackend);

const TOLERANCE = 2e-6; // float32, and the plain backend's erf, which is right to 1.5e-7

describe('the interpreter', () => {
  it.each(allGraphCases)('computes %s', (_, { build }) => {
    const built = build(createGraph());
    const { inputs, outputs } = built;
    const parameters = parameterTensors(built);
    const before = tf.memory().numTensors;
    const results = compileInterpreter(outputs).run({ inputs, parameters });
    const expected = evaluate(Object.values(outputs), givenNumbers(built));
    for (const [index, [name, node]] of Object.entries(outputs).entries()) {
      expect([results[name].shape, results[name].dtype]).toEqual([node.shape, node.type]);
      expectClose(results[name].dataSync(), expected[index], TOLERANCE, name);
    }
    tf.dispose(results);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives 0.2231 as the cross-entropy where the right class has a probability of 0.8', () => {
    const graph = createGraph();
    const loss = crossEntropy(input(graph, 'logits', [1, 3]), input(graph, 'labels', [1], 'int32'));
    const logits = Float32Array.of(0.1, 0.8, 0.1).map(Math.log);
    const inputs = { logits, labels: Int32Array.of(1) };
    const { loss: computed } = compileInterpreter({ loss }).run({ inputs, parameters: {} });
    expect(computed.dataSync()[0]).toBeCloseTo(0.2231, 4);
  });

  it('frees what is made on the way as soon as its last reader is done', async () => {
    const graph = createGraph();
    const x = input(graph, 'x', [4]);
    const end = Array.from({ length: 50 }).reduce<typeof x>((node) => tanh(square(node)), x);
    const { run } = compileInterpreter({ end });
    const before = tf.memory().numTensors;
    const { kernels } = await tf.profile(
      () => run({ inputs: { x: new Float32Array(4) }, parameters: {} }).end,
    );
    const peak = Math.max(...kernels.map((kernel) => kernel.totalTensorsSnapshot)) - before;
    expect(kernels).toHaveLength(101); // and a copy for the caller
    expect(peak).toBe(2);
  });

  it('frees what an operation makes on its way to the result', async () => {
    const graph = createGraph();
    const labels = input(graph, 'labels', [2], 'int32');
    const x = input(graph, 'x', [2, 3]);
    const end = Array.from({ length: 50 }).reduce<typeof x>((node) => crossEntropyGradient(node, labels), x);
    const feeds = { inputs: { x: new Float32Array(6), labels: Int32Array.of(0, 2) }, parameters: {} };
    const { run } = compileInterpreter({ end });
    const before = tf.memory().numTensors;
    const { kernels } = await tf.profile(() => run(feeds).end);
    const peak = Math.max(...kernels.map((kernel) => kernel.totalTensorsSnapshot)) - before;
    expect(kernels.length).toBeGreaterThan(150); // a softmax, the labels' ones and a difference each
    expect(peak).toBeLessThan(15);
  });

  it('keeps what is read twice, and what is an output too, until it is no longer needed', () => {
    const graph = createGraph();
    const x = input(graph, 'x', [2]);
    const middle = square(x);
    const outputs = { middle, end: add(multiply(middle, middle), middle) };
    const results = compileInterpreter(outputs).run({ inputs: { x: Float32Array.of(1, 2) }, parameters: {} });
    expect(Array.from(results.middle.dataSync())).toEqual([1, 4]);
    expect(Array.from(results.end.dataSync())).toEqual([2, 20]);
    tf.dispose(results);
  });

  it('gives each output a tensor of its own, and leaves parameters to the caller', () => {
    const graph = createGraph();
    const w = parameter(graph, 'w', [2]);
    const given = tf.tensor1d([1, 2]);
    const { one, two, flat } = compileInterpreter({ one: w, two: w, flat: reshape(w, [2, 1]) }).run({
      inputs: {},
      parameters: { w: given },
    });
    one.dispose();
    flat.dispose();
    expect(Array.from(two.dataSync())).toEqual([1, 2]);
    two.dispose();
    expect(Array.from(given.dataSync())).toEqual([1, 2]);
    given.dispose();
  });

  it('runs again with other numbers', () => {
    const graph = createGraph();
    const { run } = compileInterpreter({ y: square(input(graph, 'x', [])) });
    const at = (x: number) => run({ inputs: { x: Float32Array.of(x) }, parameters: {} }).y.dataSync()[0];
    expect([at(2), at(3)]).toEqual([4, 9]);
  });

  it('names all that is missing or does not fit, and computes nothing', () => {
    const graph = createGraph();
    const outputs = {
      y: add(
        add(input(graph, 'short', [2, 2]), input(graph, 'lost', [1])),
        add(parameter(graph, 'turned', [1, 2]), parameter(graph, 'gone', [2])),
      ),
      ids: input(graph, 'ids', [1], 'int32'),
    };
    const turned = tf.zeros([2, 1]);
    const before = tf.memory().numTensors;
    expect(() =>
      compileInterpreter(outputs).run({
        inputs: { short: new Float32Array(3), ids: Float32Array.of(1) },
        parameters: { turned },
      }),
    ).toThrow(
      expect.objectContaining({
        name: 'FeedError',
        problems: [
          'input short: expected float32[2, 2], 4 numbers, got 3',
          'input lost: expected float32[1], got nothing',
          'parameter turned: expected float32[1, 2], got float32[2, 1]',
          'parameter gone: expected float32[2], got nothing',
          'input ids: expected int32[1], got Float32Array',
        ],
      }),
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes a name from what was given alone', () => {
    const { run } = compileInterpreter({ y: input(createGraph(), 'toString', [1]) });
    expect(() => run({ inputs: {}, parameters: {} })).toThrow(
      'input toString: expected float32[1], got nothing',
    );
  });

  it('does not ask for what the outputs are not computed from', () => {
    const graph = createGraph();
    const x = input(graph, 'x', [1]);
    tanh(input(graph, 'dead', [1]));
    const { y } = compileInterpreter({ y: square(x) }).run({
      inputs: { x: Float32Array.of(3) },
      parameters: {},
    });
    expect(y.dataSync()[0]).toBe(9);
  });
});
