// One case of an operation of the graph: small tensors of fixed numbers, and what is computed from them.
import type { Graph, Node } from '../../pipeline/graph/ir.ts';
import type { Shape } from '../../pipeline/graph/operation-kinds.ts';
import { input, parameter } from '../../pipeline/graph/operations.ts';
import { sizeOf } from '../../pipeline/graph/shapes.ts';
import { createRandom } from '../../pipeline/random.ts';

/** How a case's float tensors reach the graph; mixed: the first as an input, the others as parameters. */
export type FloatsAs = 'input' | 'parameter' | 'mixed';

export interface BuiltCase {
  readonly outputs: Readonly<Record<string, Node>>;
  readonly inputs: Readonly<Record<string, Float32Array | Int32Array>>;
  readonly parameters: Readonly<Record<string, { readonly shape: Shape; readonly values: Float32Array }>>;
  /** Inputs and parameters of type float32. */
  readonly floats: readonly Node[];
}

interface CaseOptions {
  /** A target that only serves need not have the operation. */
  readonly trainingOnly?: true;
  /** The operation has no gradient, or has none at these numbers. */
  readonly noGradient?: true;
}

export interface GraphCase extends CaseOptions {
  readonly name: string;
  readonly build: (graph: Graph, floatsAs?: FloatsAs) => BuiltCase;
}

/** Makes a case's tensors. */
export interface Given {
  readonly graph: Graph;
  /** Draws from the standard normal distribution, or the numbers given. */
  readonly floats: (name: string, shape: Shape, values?: readonly number[]) => Node;
  /** Uniform numbers in [0.5, 2). */
  readonly positives: (name: string, shape: Shape) => Node;
  readonly integers: (name: string, values: readonly number[], shape?: Shape) => Node;
}

/** @param make gives the case's one output, or several by name */
export function graphCase(
  name: string,
  make: (given: Given) => Node | Record<string, Node>,
  options: CaseOptions = {},
): GraphCase {
  const build: GraphCase['build'] = (graph, floatsAs = 'mixed') => {
    const random = createRandom(5);
    const inputs: Record<string, Float32Array | Int32Array> = {};
    const parameters: Record<string, { shape: Shape; values: Float32Array }> = {};
    const floats: Node[] = [];
    const add = (label: string, shape: Shape, values: Float32Array): Node => {
      const asInput = floatsAs === 'input' || (floatsAs === 'mixed' && floats.length === 0);
      const node = asInput ? input(graph, label, shape) : parameter(graph, label, shape);
      if (asInput) inputs[label] = values;
      else parameters[label] = { shape, values };
      floats.push(node);
      return node;
    };
    const draw = (shape: Shape, next: () => number): Float32Array =>
      Float32Array.from({ length: sizeOf(shape) }, next);
    const made = make({
      graph,
      floats: (label, shape, values) =>
        add(label, shape, values === undefined ? draw(shape, random.normal) : Float32Array.from(values)),
      positives: (label, shape) =>
        add(
          label,
          shape,
          draw(shape, () => 0.5 + 1.5 * random.next()),
        ),
      integers: (label, values, shape = [values.length]) => {
        inputs[label] = Int32Array.from(values);
        return input(graph, label, shape, 'int32');
      },
    });
    const outputs = 'operation' in made ? { y: made as Node } : made;
    return { outputs, inputs, parameters, floats };
  };
  return { name, build, ...options };
}

/** @returns the numbers of inputs and parameters by name, as the reference takes them. */
export function givenNumbers({ inputs, parameters }: BuiltCase): Record<string, Float32Array | Int32Array> {
  const values = Object.entries(parameters).map(([name, parameter]) => [name, parameter.values] as const);
  return { ...inputs, ...Object.fromEntries(values) };
}
