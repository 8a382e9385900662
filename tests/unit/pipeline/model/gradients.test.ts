// Gradients of whole models beside those that TensorFlow.js finds by going through the operations one by one.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { gradients } from '../../../../pipeline/graph/gradients.ts';
import { compileInterpreter } from '../../../../pipeline/graph/interpret.ts';
import { reachableOf } from '../../../../pipeline/graph/ir.ts';
import { expectClose } from '../../../support/expect-close.ts';
import { goldenModels } from '../../../support/golden-models.ts';
import { lossOf } from '../../../support/graph-models-contract.ts';
import { usePlainBackend } from './plain-backend.ts';

beforeAll(usePlainBackend);

describe('the gradients of a model', () => {
  it.each(Object.entries(goldenModels))('are what TensorFlow.js finds by itself: %s', (_, model) => {
    const { loss, inputs } = lossOf(model);
    const found = reachableOf([loss], 'parameter');
    const names = found.map(({ attributes }) => attributes.name);
    const parameters = Object.fromEntries(
      model.parameters.map(({ name, shape, values }) => [name, tf.tensor(values, [...shape])]),
    );
    const { run } = compileInterpreter({ loss });
    const differentiate = tf.grads((...tensors: tf.Tensor[]) => {
      const current = Object.fromEntries(names.map((name, index) => [name, tensors[index]]));
      return run({ inputs, parameters: current }).loss;
    });
    const theirs = differentiate(names.map((name) => parameters[name]));
    const slopes = gradients(loss, found);
    const ours = compileInterpreter(Object.fromEntries(names.map((name, index) => [name, slopes[index]])));
    const values = ours.run({ inputs, parameters });
    for (const [index, name] of names.entries()) {
      expectClose(values[name].dataSync(), theirs[index].dataSync(), 2e-5, name);
    }
  });
});
