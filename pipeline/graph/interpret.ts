// Runs a graph on plain TensorFlow.js, on whatever backend is set, in a browser as in Node: for tests and for models at
// the edge. Training and serving have faster targets (tensorflow/, onnx/).
import * as tf from '@tensorflow/tfjs';
import { expand } from './expand.ts';
import type { Node } from './ir.ts';
import { reachable } from './ir.ts';
import { compute, isComputed } from './kernels.ts';
import type { Signature } from './operation-kinds.ts';
import { sizeOf } from './shapes.ts';

/** What a graph is computed from. Names that it does not read are allowed. */
export interface Feeds {
  /** As many numbers as the input's shape holds, the last axis fastest. */
  readonly inputs: Readonly<Record<string, Float32Array | Int32Array>>;
  /** The caller's: they are read and not disposed. */
  readonly parameters: Readonly<Record<string, tf.Tensor>>;
}

/** A graph that can be run. */
export interface Interpreter<Output extends string> {
  /**
   * Computes the outputs; whatever else is made on the way is freed as soon as its last reader is done.
   * @returns tensors that are the caller's to dispose, each its own
   * @throws FeedError where an input or a parameter is missing or does not fit
   */
  readonly run: (feeds: Feeds) => Record<Output, tf.Tensor>;
}

/** What was given to a graph does not fit it: the message names every input and parameter, and what was expected. */
export class FeedError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.name = 'FeedError';
    this.problems = problems;
  }
}

/**
 * Makes a graph ready to run.
 * @param outputs nodes of one graph, by the names that their values are wanted under
 * @example compileInterpreter({ logits }).run({ inputs: { ids }, parameters }).logits
 */
export function compileInterpreter<Output extends string>(
  outputs: Readonly<Record<Output, Node>>,
): Interpreter<Output> {
  const names = Object.keys(outputs) as Output[];
  const results = expand(names.map((name) => outputs[name]));
  const steps = plan(results);
  const run = (feeds: Feeds): Record<Output, tf.Tensor> => {
    refuseMisfits(steps, feeds);
    return tf.tidy(() => {
      const values: tf.Tensor[] = []; // by the node's id
      for (const { node, spent } of steps) {
        values[node.id] = valueOf(node, values, feeds);
        for (const { id } of spent) values[id].dispose();
      }
      const entries = names.map((name, index) => [name, tf.clone(values[results[index].id])]);
      return Object.fromEntries(entries) as Record<Output, tf.Tensor>;
    });
  };
  return { run };
}

interface Step {
  readonly node: Node;
  /** Inputs that nothing after this step reads; one that it reads twice is freed twice, which does no harm. */
  readonly spent: readonly Node[];
}

function plan(outputs: readonly Node[]): Step[] {
  const nodes = reachable(outputs);
  const lastReader = new Map(nodes.flatMap((node) => node.inputs.map((input) => [input, node])));
  for (const output of outputs) lastReader.delete(output);
  return nodes.map((node) => ({
    node,
    spent: node.inputs.filter((input) => lastReader.get(input) === node),
  }));
}

function valueOf(node: Node, values: readonly tf.Tensor[], { inputs, parameters }: Feeds): tf.Tensor {
  if (isComputed(node)) {
    return compute(
      node,
      node.inputs.map(({ id }) => values[id]),
    );
  }
  const { name } = (node as Node<'input' | 'parameter'>).attributes;
  if (node.operation === 'parameter') return tf.clone(parameters[name]);
  return tf.tensor(inputs[name], [...node.shape], node.type);
}

function refuseMisfits(steps: readonly Step[], { inputs, parameters }: Feeds): void {
  const problems = steps.flatMap(({ node }) => {
    if (node.operation === 'input') return inputProblem(node as Node<'input'>, inputs) ?? [];
    if (node.operation === 'parameter') return parameterProblem(node as Node<'parameter'>, parameters) ?? [];
    return [];
  });
  if (problems.length > 0) throw new FeedError(problems);
}

const show = ({ type, shape }: Signature): string => `${type}[${shape.join(', ')}]`;

function inputProblem(node: Node<'input'>, inputs: Feeds['inputs']): string | undefined {
  const expected = `input ${node.attributes.name}: expected ${show(node)}`;
  const values = Object.hasOwn(inputs, node.attributes.name) ? inputs[node.attributes.name] : undefined;
  if (values === undefined) return `${expected}, got nothing`;
  const size = sizeOf(node.shape);
  const fits = values instanceof (node.type === 'int32' ? Int32Array : Float32Array);
  if (!fits) return `${expected}, got ${values.constructor.name}`;
  return values.length === size ? undefined : `${expected}, ${size} numbers, got ${values.length}`;
}

function parameterProblem(node: Node<'parameter'>, parameters: Feeds['parameters']): string | undefined {
  const expected = `parameter ${node.attributes.name}: expected ${show(node)}`;
  const tensor = Object.hasOwn(parameters, node.attributes.name)
    ? parameters[node.attributes.name]
    : undefined;
  if (tensor === undefined) return `${expected}, got nothing`;
  const given = `${tensor.dtype}[${tensor.shape.join(', ')}]`;
  return given === show(node) ? undefined : `${expected}, got ${given}`;
}
