// A TensorFlow graph in the making: nodes by name, outputs as the strings by which TensorFlow refers to them.
import type { ElementType, Shape } from '../operation-kinds.ts';
import type { Attribute, NodeMessage, ShapeMessage } from './saved-model-schema.ts';
import { dataType, encodeSavedModel } from './saved-model-schema.ts';

/** An output of a node: `n7`, or `n7:1` for its second; `^n7` where only its end is waited for. */
export type Reference = string;

export interface AddOptions {
  /** Nodes that must have run before. */
  readonly after?: readonly Reference[];
  readonly name?: string;
}

/** Collects nodes. */
export interface GraphDef {
  readonly add: (
    op: string,
    inputs: readonly Reference[],
    attributes: Readonly<Record<string, Attribute>>,
    options?: AddOptions,
  ) => Reference;
  /** @returns the node whose first output this is. */
  readonly nodeOf: (reference: Reference) => NodeMessage | undefined;
  /** A constant; one node for equal small ones. */
  readonly constant: (values: Float32Array | Int32Array, shape: Shape) => Reference;
  /** @returns the content of `saved_model.pb`. */
  readonly encode: () => Uint8Array;
}

export const typeAttribute = (type: keyof typeof dataType): Attribute => ({ type: dataType[type] });

export const shapeAttribute = (shape: Shape): Attribute => ({ shape: shapeMessage(shape) });

const shapeMessage = (shape: Shape): ShapeMessage => ({ dim: shape.map((size) => ({ size })) });

const SMALL = 64; // numbers; larger constants are compared by identity

export function createGraphDef(): GraphDef {
  const nodes: NodeMessage[] = [];
  const byName = new Map<Reference, NodeMessage>();
  const constants = new Map<unknown, Reference>();

  const add: GraphDef['add'] = (op, inputs, attr, { after = [], name = `n${nodes.length}` } = {}) => {
    const node = { name, op, input: [...inputs, ...after.map(controlOf)], attr };
    nodes.push(node);
    byName.set(name, node);
    return name;
  };
  const constant: GraphDef['constant'] = (values, shape) => {
    const type: ElementType = values instanceof Int32Array ? 'int32' : 'float32';
    const key = values.length > SMALL ? values : `${type} [${shape.join()}] ${values.join()}`;
    const known = constants.get(key);
    if (known !== undefined) return known;
    const tensorContent = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const tensor = { dtype: dataType[type], tensorShape: shapeMessage(shape), tensorContent };
    const made = add('Const', [], { dtype: typeAttribute(type), value: { tensor } });
    constants.set(key, made);
    return made;
  };
  return {
    add,
    nodeOf: (reference) => byName.get(reference),
    constant,
    encode: () => encodeSavedModel(nodes),
  };
}

function controlOf(reference: Reference): string {
  return `^${reference.split(':')[0]}`;
}
