// A graph as an ONNX file: for serving, and for whatever else reads ONNX.
import { expand } from '../expand.ts';
import type { Node } from '../ir.ts';
import { GraphError, reachable } from '../ir.ts';
import { sizeOf } from '../shapes.ts';
import type { OnnxGraph, Reference } from './onnx-graph.ts';
import { createOnnxGraph } from './onnx-graph.ts';
import { addOperator, keptComposites } from './operators.ts';
import type { WriteContext } from './quantization.ts';
import { addQuantized } from './quantization.ts';

/** How parameters get into the file. */
export type OnnxParameters =
  | {
      /** By name, row-major; names that the graph does not read are allowed. */
      readonly values: ReadonlyMap<string, Float32Array>;
      /** int8: of matrix products with parameters, and of tables; the file is a quarter to a third as large. */
      readonly precision?: 'float32' | 'int8';
    }
  /** Not at all: they are inputs by their names, so that several sessions can share one copy. */
  | 'fed';

/**
 * Writes a graph.
 * @param outputs nodes of one graph, by the names that their values are asked for
 * @returns the content of an `.onnx` file (operator set 20); equal graphs and parameters give equal bytes
 * @throws GraphError where a parameter is missing or has another size, where two inputs, parameters or outputs share a
 * name, or where an operation belongs to training
 */
export function writeOnnx(
  outputs: Readonly<Record<string, Node>>,
  parameters: OnnxParameters,
): Uint8Array<ArrayBuffer> {
  const names = Object.keys(outputs);
  const results = expand(
    names.map((name) => outputs[name]),
    keptComposites,
  );
  const nodes = reachable(results);
  refuseSharedNames(nodes, outputs);

  const target = createOnnxGraph();
  const context = createContext(target, parameters);
  const quantized = parameters !== 'fed' && parameters.precision === 'int8';
  for (const node of nodes) {
    if (isSource(node)) continue;
    const reference = target.scoped(
      node.scope,
      () =>
        (quantized ? addQuantized(node, context) : undefined) ??
        addOperator(node, node.inputs.map(context.referenceOf), target),
    );
    context.computed.set(node, reference);
  }
  for (const [index, name] of names.entries()) {
    target.output(name, context.referenceOf(results[index]), results[index]);
  }
  return target.encode();
}

type Source = Node<'input'> | Node<'parameter'>;

const isSource = (node: Node): node is Source => node.operation === 'input' || node.operation === 'parameter';

function createContext(
  target: OnnxGraph,
  parameters: OnnxParameters,
): WriteContext & { computed: Map<Node, Reference> } {
  const computed = new Map<Node, Reference>();
  const valuesOf = ({ attributes: { name }, operation, scope, shape }: Node<'parameter'>): Float32Array => {
    const values = parameters === 'fed' ? undefined : parameters.values.get(name);
    const size = sizeOf(shape);
    if (values?.length === size) return values;
    const given = values === undefined ? 'no values' : `${values.length} values`;
    throw new GraphError(
      operation,
      scope,
      `${name} [${shape.join(', ')}] needs ${size} values, got ${given}`,
    );
  };
  const referenceOf = (node: Node): Reference => {
    if (!isSource(node)) {
      const reference = computed.get(node);
      if (reference === undefined) throw new GraphError(node.operation, node.scope, 'read before it is made');
      return reference;
    }
    const { name } = node.attributes;
    if (node.operation === 'input' || parameters === 'fed') return target.input(name, node);
    return target.named(name, node.shape, () => valuesOf(node));
  };
  return { target, computed, referenceOf, valuesOf };
}

/** In a file, values are known by their names alone; an output may be an input, or a parameter, under its own name. */
function refuseSharedNames(nodes: readonly Node[], outputs: Readonly<Record<string, Node>>): void {
  const taken = new Map(Object.entries(outputs));
  for (const source of nodes.filter(isSource)) {
    const { attributes, operation, scope } = source;
    const owner = taken.get(attributes.name) ?? source;
    if (owner !== source)
      throw new GraphError(operation, scope, `${attributes.name} names something else too`);
    taken.set(attributes.name, source);
  }
}
