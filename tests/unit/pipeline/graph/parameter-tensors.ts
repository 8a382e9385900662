// A case's parameters as the interpreter takes them.
import * as tf from '@tensorflow/tfjs';
import type { BuiltCase } from '../../../support/graph-case.ts';

export function parameterTensors({ parameters }: BuiltCase): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
  );
}
