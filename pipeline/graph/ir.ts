// A model as a static graph: named operations on tensors of known shape and type. It is built once and then read by
// others: differentiated (gradients.ts), simplified (expand.ts), and run by one of three targets (interpret.ts,
// tensorflow/, onnx/). Equal nodes are made once, so that common subexpressions never exist twice.
import type { OperationName, Operations, Signature } from './operation-kinds.ts';
import { inferOutput } from './shapes.ts';

/** One operation of a graph, and its result. */
export interface Node<K extends OperationName = OperationName> extends Signature {
  /** Place in the order of making, in which inputs come before what reads them. */
  readonly id: number;
  readonly operation: K;
  readonly inputs: readonly Node[];
  readonly attributes: Operations[K];
  /** Tells a reader which part of the model it belongs to; not unique. */
  readonly scope: string;
  readonly graph: Graph;
}

/** Where nodes are made and found again. */
export interface Graph {
  /** All nodes in the order of their making. */
  readonly nodes: readonly Node[];
  /**
   * Makes a node, or finds the one that is equal to it.
   * @throws GraphError where shapes, types or attributes do not fit; the message names the node
   */
  readonly add: <K extends OperationName>(
    operation: K,
    inputs: readonly Node[],
    attributes: Operations[K],
  ) => Node<K>;
  /** Gives all nodes that `build` makes a name in front, for errors and print-outs. */
  readonly scoped: <T>(name: string, build: () => T) => T;
}

/** A graph that cannot be: its message names the operation, where it stands, and what was expected. */
export class GraphError extends Error {
  readonly operation: string;
  readonly scope: string;

  constructor(operation: string, scope: string, problem: string) {
    super(`${scope === '' ? '' : `${scope}: `}${operation}: ${problem}`);
    this.name = 'GraphError';
    this.operation = operation;
    this.scope = scope;
  }
}

export function createGraph(): Graph {
  const nodes: Node[] = [];
  const known = new Map<string, Node>();
  const scopes: string[] = [];

  const graph: Graph = {
    nodes,
    add: (operation, inputs, attributes) => {
      const scope = scopes.join('.');
      const stranger = inputs.find((input) => input.graph !== graph);
      if (stranger !== undefined) throw new GraphError(operation, scope, 'an input belongs to another graph');
      const key = `${operation}|${inputs.map(({ id }) => id).join(',')}|${keyOf(attributes)}`;
      const existing = known.get(key);
      if (existing !== undefined) return existing as Node<typeof operation>;
      const signature = inferOutput(operation, inputs, attributes, (problem) => {
        throw new GraphError(operation, scope, problem);
      });
      const node = { id: nodes.length, operation, inputs, attributes, scope, graph, ...signature };
      nodes.push(node);
      known.set(key, node);
      return node;
    },
    scoped: (name, build) => {
      scopes.push(name);
      try {
        return build();
      } finally {
        scopes.pop();
      }
    },
  };
  return graph;
}

/** Equal attributes give equal keys, since each operation is always called with its attributes in one order. */
function keyOf(attributes: object): string {
  return JSON.stringify(attributes, (_, value: unknown) =>
    value instanceof Float32Array || value instanceof Int32Array ? keyOfValues(value) : value,
  );
}

const COMPARED = 64; // numbers; a larger constant is equal to itself only
const identities = new WeakMap<object, number>();
let identified = 0;

function keyOfValues(values: Float32Array | Int32Array): string {
  if (values.length <= COMPARED) return `${values.constructor.name} ${bitsOf(values).join()}`;
  const identity = identities.get(values) ?? (identified += 1);
  identities.set(values, identity);
  return `#${identity}`;
}

/** Tells −0 from 0. */
const bitsOf = ({ buffer, byteOffset, length }: Float32Array | Int32Array): Uint32Array =>
  new Uint32Array(buffer, byteOffset, length);

/** @returns the nodes that the outputs are computed from, inputs first: all others are dead. */
export function reachable(outputs: readonly Node[]): Node[] {
  const found = new Set<Node>();
  const open = [...outputs];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    open.push(...node.inputs);
  }
  return [...found].sort((a, b) => a.id - b.id);
}

/** @returns those nodes of one operation that the outputs are computed from, such as their parameters. */
export function reachableOf<K extends OperationName>(outputs: readonly Node[], operation: K): Node<K>[] {
  return reachable(outputs).filter((node): node is Node<K> => node.operation === operation);
}

/** Writes a graph for people: a line a node, `%7 = matMul(%3, %5) float32[8, 128]`. */
export function printGraph(outputs: readonly Node[]): string {
  return reachable(outputs).map(printNode).join('\n');
}

function printNode({ id, operation, inputs, attributes, shape, type, scope }: Node): string {
  const told = Object.entries(attributes)
    .filter(([name]) => name !== 'shape' && name !== 'type')
    .map(([name, value]) => `${name}: ${printValue(value)}`);
  const operands = [...inputs.map((input) => `%${input.id}`), ...told].join(', ');
  const line = `%${id} = ${operation}(${operands}) ${type}[${shape.join(', ')}]`;
  return scope === '' ? line : `${line}  # ${scope}`;
}

function printValue(value: unknown): string {
  if (value instanceof Float32Array || value instanceof Int32Array) {
    return value.length > 4 ? `[${value.subarray(0, 4).join(', ')}, …]` : `[${value.join(', ')}]`;
  }
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}
