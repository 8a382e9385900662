// The three targets under one name each: what a graph is held against runs on all of them.
import * as tf from '@tensorflow/tfjs';
import { compileInterpreter } from '../../pipeline/graph/interpret.ts';
import type { Node } from '../../pipeline/graph/ir.ts';
import { reachable } from '../../pipeline/graph/ir.ts';
import { writeOnnx } from '../../pipeline/graph/onnx/write-onnx.ts';
import { createGraphDef, shapeAttribute, typeAttribute } from '../../pipeline/graph/tensorflow/graph-def.ts';
import { lower } from '../../pipeline/graph/tensorflow/lower.ts';
import type { NamedTensor } from '../../pipeline/model/safetensors.ts';
import { openOnnxSession } from '../../runtimes/onnx/session.ts';
import { loadKernels } from '../../runtimes/tensorflow/kernels.ts';
import { loadSavedModel } from '../../runtimes/tensorflow/saved-model.ts';

/** What is given to a graph; names that it does not read are allowed. */
export interface Given {
  readonly inputs: Readonly<Record<string, Float32Array | Int32Array>>;
  readonly parameters: readonly NamedTensor[];
}

/** Computes outputs by name. */
export type RunGraph = (
  outputs: Readonly<Record<string, Node>>,
  given: Given,
) => Promise<Record<string, ArrayLike<number>>>;

/** On whatever backend plain TensorFlow.js has. */
export const runPlainly: RunGraph = (outputs, { inputs, parameters }) => {
  const tensors = parameters.map(({ name, shape, values }) => [name, tf.tensor(values, [...shape])] as const);
  const results = compileInterpreter(outputs).run({ inputs, parameters: Object.fromEntries(tensors) });
  const values = Object.entries(results).map(([name, tensor]) => [name, tensor.dataSync()] as const);
  tf.dispose([results, tensors.map(([, tensor]) => tensor)]);
  return Promise.resolve(Object.fromEntries(values));
};

export const runOnOnnx: RunGraph = async (outputs, { inputs, parameters }) => {
  const values = new Map(parameters.map((tensor) => [tensor.name, tensor.values]));
  const session = await openOnnxSession(writeOnnx(outputs, { values }));
  const results = await session.run(inputs);
  await session.close();
  return results;
};

type Source = Node<'input'> | Node<'parameter'>;

/** On native TensorFlow, with the fused kernels where they are built. */
export const runNatively: RunGraph = async (outputs, given) => runFed(outputs, given, loadKernels());

/** On native TensorFlow with its own kernels alone. */
export const runWithoutKernels: RunGraph = (outputs, given) => runFed(outputs, given, false);

/** Inputs and parameters alike are fed. */
async function runFed(
  outputs: Readonly<Record<string, Node>>,
  { inputs, parameters }: Given,
  kernels: boolean,
): Promise<Record<string, ArrayLike<number>>> {
  const nodes = Object.values(outputs);
  const target = createGraphDef();
  const sources = reachable(nodes).filter(
    (node): node is Source => node.operation === 'input' || node.operation === 'parameter',
  );
  for (const { attributes, shape, type } of sources) {
    const { name } = attributes;
    target.add('Placeholder', [], { dtype: typeAttribute(type), shape: shapeAttribute(shape) }, { name });
  }
  const fetches = lower(nodes, target, {
    precision: 'float32',
    kernels,
    source: ({ attributes }) => attributes.name,
  });
  // TensorFlow refuses to fetch what is fed.
  const copies = fetches.map((fetch, index) =>
    target.add('Identity', [fetch], { T: typeAttribute(nodes[index].type) }),
  );
  const model = await loadSavedModel(target.encode());
  try {
    const given = new Map<string, Float32Array | Int32Array>(Object.entries(inputs));
    for (const { name, values } of parameters) given.set(name, values);
    const feeds = sources.flatMap(({ attributes: { name }, shape }) => {
      const values = given.get(name);
      return values === undefined ? [] : [{ name, shape, values }];
    });
    const results = model.run(feeds, copies);
    return Object.fromEntries(Object.keys(outputs).map((name, index) => [name, results[index]]));
  } finally {
    model.dispose();
  }
}
