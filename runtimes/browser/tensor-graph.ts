// A model's graphs on plain TensorFlow.js: its weights are made tensors once, and graphs run on them.
import * as tf from '@tensorflow/tfjs';
import type { OpenGraph } from '../../pipeline/generation/cached-steps.ts';
import { compileInterpreter } from '../../pipeline/graph/interpret.ts';
import { namedTensors } from '../../pipeline/model/layout.ts';
import type { HeldParameters, ModelGraphs } from './model-graphs.ts';

/** Computes on the backend that TensorFlow.js has. */
export function holdTensors({ layout, parameters }: HeldParameters): ModelGraphs {
  const tensors = Object.fromEntries(
    namedTensors(layout, parameters).map(({ name, values, shape }) => [name, tf.tensor(values, [...shape])]),
  );
  const open: OpenGraph = (outputs) => {
    const { run } = compileInterpreter(outputs);
    return Promise.resolve({
      run: async (inputs) => {
        const results = run({ inputs, parameters: tensors });
        const read = Object.entries(results).map(
          async ([name, tensor]) => [name, await tensor.data<'float32'>()] as const,
        );
        const values = Object.fromEntries(await Promise.all(read));
        tf.dispose(results);
        return values;
      },
      close: () => Promise.resolve(),
    });
  };
  return { open, keepsGraphs: false, dispose: () => tf.dispose(tensors) };
}
