// The interpreter on TensorFlow.js's native backend; on the plain one it has unit tests.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { compileInterpreter } from '../../pipeline/graph/interpret.ts';
import { createGraph } from '../../pipeline/graph/ir.ts';
import { loadTensorflow } from '../../runtimes/tensorflow/binding.ts';
import { expectClose } from '../support/expect-close.ts';
import { givenNumbers } from '../support/graph-case.ts';
import { allGraphCases } from '../support/graph-cases.ts';
import { evaluate } from '../support/graph-reference.ts';
import { parameterTensors } from '../unit/pipeline/graph/parameter-tensors.ts';

beforeAll(async () => {
  await loadTensorflow({ threads: 1 });
  expect(tf.getBackend()).toBe('tensorflow');
});

it.each(allGraphCases)('the interpreter on the native backend computes %s', (_, { build }) => {
  const built = build(createGraph());
  const { inputs, outputs } = built;
  const parameters = parameterTensors(built);
  const before = tf.memory().numTensors;
  const results = compileInterpreter(outputs).run({ inputs, parameters });
  const expected = evaluate(Object.values(outputs), givenNumbers(built));
  for (const [index, name] of Object.keys(outputs).entries()) {
    expectClose(results[name].dataSync(), expected[index], 5e-6, name); // attention adds products of 64 numbers
  }
  tf.dispose(results);
  expect(tf.memory().numTensors).toBe(before);
});
