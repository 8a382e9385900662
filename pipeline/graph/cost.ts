// What a graph costs to run, told from its shapes alone: the most memory that its results hold at once, and how much is
// computed. Nodes are taken in the order of their making, in which a result is given back once its last reader has run.
import { expand } from './expand.ts';
import type { Node } from './ir.ts';
import { reachable } from './ir.ts';
import { sizeOf } from './shapes.ts';

export interface GraphCost {
  /** Operations, composites taken apart. */
  readonly operations: number;
  /** Most bytes of results at once; inputs and parameters are not among them. */
  readonly peakBytes: number;
  /** Multiplications and additions of the matrix products. */
  readonly matrixOperations: number;
  /** Read and written by everything else. */
  readonly movedBytes: number;
}

const NUMBER_BYTES = 4; // float32 and int32 alike

/** @param outputs kept to the end, such as a loss and its gradients */
export function costOf(outputs: readonly Node[]): GraphCost {
  const expanded = expand(outputs);
  const nodes = reachable(expanded);
  const computed = nodes.filter(({ operation }) => !free.includes(operation));
  const others = computed.filter(({ operation }) => operation !== 'matMul');
  return {
    operations: nodes.length,
    peakBytes: peakOf(nodes, expanded),
    matrixOperations: sum(computed.filter(isMatMul).map(multiplications)),
    movedBytes: sum(others.map((node) => sum([node, ...node.inputs].map(bytesOf)))),
  };
}

/** What is there without being computed, or is another shape of what is there. */
const free: readonly string[] = ['input', 'parameter', 'constant', 'reshape'];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const bytesOf = ({ shape }: Node): number => NUMBER_BYTES * sizeOf(shape);
const isMatMul = (node: Node): node is Node<'matMul'> => node.operation === 'matMul';

/** 2·m·n·k, for each of the batch. */
function multiplications({ shape, inputs: [a], attributes }: Node<'matMul'>): number {
  const inner = a.shape.at(attributes.transposeA ? -2 : -1) ?? 1;
  return 2 * sizeOf(shape) * inner;
}

function peakOf(nodes: readonly Node[], outputs: readonly Node[]): number {
  const lastReader = new Map<Node, number>();
  for (const node of nodes) for (const input of node.inputs) lastReader.set(ownerOf(input), node.id);
  for (const output of outputs) lastReader.set(ownerOf(output), Infinity);
  const givenBack = new Map<number, number>();
  for (const [node, reader] of lastReader) {
    if (!free.includes(node.operation)) givenBack.set(reader, (givenBack.get(reader) ?? 0) + bytesOf(node));
  }
  let held = 0;
  let peak = 0;
  for (const node of nodes) {
    if (!free.includes(node.operation)) held += bytesOf(node);
    peak = Math.max(peak, held);
    held -= givenBack.get(node.id) ?? 0;
  }
  return peak;
}

/** The node whose memory a node's result stands in. */
function ownerOf(node: Node): Node {
  return node.operation === 'reshape' ? ownerOf(node.inputs[0]) : node;
}
