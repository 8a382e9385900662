// An ONNX graph in the making: nodes and initializers, values by their names. Names that are made here start with %,
// so that inputs, outputs and parameters can have any other.
import type { Shape, Signature } from '../operation-kinds.ts';
import type { AttributeMessage, DataType, NodeMessage, TensorMessage, ValueMessage } from './onnx-schema.ts';
import { attributeType, dataType, encodeModel } from './onnx-schema.ts';

/** The name of a value. */
export type Reference = string;

export type Values = Float32Array | Int32Array | Int8Array | BigInt64Array;

/** Whole numbers are `ints` or `i`, fractions are `{ f }`, so that 1 and 1.0 stay apart. */
export type Attributes = Readonly<
  Record<string, number | string | readonly number[] | { readonly f: number }>
>;

/** Collects nodes. */
export interface OnnxGraph {
  readonly add: (opType: string, inputs: readonly Reference[], attributes?: Attributes) => Reference;
  /** Adds a node with several results. */
  readonly addMany: (opType: string, inputs: readonly Reference[], results: number) => readonly Reference[];
  /** Numbers that are part of the file; one initializer for equal small ones. */
  readonly constant: (values: Values, shape: Shape) => Reference;
  /** What operators take shapes and axes from. */
  readonly integers: (values: readonly number[]) => Reference;
  /** A constant that others may ask for by its name; one initializer a name. */
  readonly named: (name: string, shape: Shape, values: () => Values) => Reference;
  /** What is given at each run; one input a name. */
  readonly input: (name: string, signature: Signature) => Reference;
  /** What is asked for; a source of that name already is it. */
  readonly output: (name: string, value: Reference, signature: Signature) => void;
  /** Nodes made by `build` carry this in their names. */
  readonly scoped: <T>(scope: string, build: () => T) => T;
  /** @returns the content of an `.onnx` file. */
  readonly encode: () => Uint8Array<ArrayBuffer>;
}

const SMALL = 64; // numbers; a larger constant is equal to itself only

export function createOnnxGraph(): OnnxGraph {
  const node: NodeMessage[] = [];
  const initializer: TensorMessage[] = [];
  const input: ValueMessage[] = [];
  const output: ValueMessage[] = [];
  const known = new Map<unknown, Reference>();
  let scope = '';

  const addMany = (
    opType: string,
    inputs: readonly Reference[],
    results: number,
    attributes: Attributes = {},
  ) => {
    const number = node.length;
    const name = `${scope === '' ? '' : `${scope}.`}${opType}.${number}`;
    const made = Array.from({ length: results }, (_, index) => `%${number}:${index}`);
    const attribute = Object.entries(attributes).map(attributeMessage);
    node.push({ opType, name, input: inputs, output: made, attribute });
    return made;
  };
  const once = (key: unknown, make: () => TensorMessage): Reference => {
    const existing = known.get(key);
    if (existing !== undefined) return existing;
    const made = make();
    initializer.push(made);
    known.set(key, made.name);
    return made.name;
  };
  const constant = (values: Values, shape: Shape): Reference => {
    const key = values.length > SMALL ? values : `${typeOf(values)} [${shape.join()}] ${values.join()}`;
    return once(key, () => tensorMessage(`%constant:${initializer.length}`, shape, values));
  };
  return {
    add: (opType, inputs, attributes) => addMany(opType, inputs, 1, attributes)[0],
    addMany,
    constant,
    integers: (values) => constant(BigInt64Array.from(values, BigInt), [values.length]),
    named: (name, shape, values) => once(`name ${name}`, () => tensorMessage(name, shape, values())),
    input: (name, signature) => {
      if (!input.some((given) => given.name === name)) input.push(valueMessage(name, signature));
      return name;
    },
    output: (name, value, signature) => {
      if (value !== name) {
        const opType = 'Identity'; // which the runtime removes
        node.push({ opType, name: `output.${name}`, input: [value], output: [name], attribute: [] });
      }
      output.push(valueMessage(name, signature));
    },
    scoped: (name, build) => {
      const outer = scope;
      scope = name;
      try {
        return build();
      } finally {
        scope = outer;
      }
    },
    encode: () => encodeModel({ name: 'graph', node, initializer, input, output }),
  };
}

function attributeMessage([name, value]: [string, Attributes[string]]): AttributeMessage {
  if (typeof value === 'string')
    return { name, type: attributeType.string, s: new TextEncoder().encode(value) };
  if (typeof value === 'number') return { name, type: attributeType.int, i: value };
  if ('f' in value) return { name, type: attributeType.float, f: value.f };
  return { name, type: attributeType.ints, ints: value };
}

function typeOf(values: Values): DataType {
  if (values instanceof Float32Array) return 'float32';
  if (values instanceof Int32Array) return 'int32';
  return values instanceof Int8Array ? 'int8' : 'int64';
}

function tensorMessage(name: string, dims: Shape, values: Values): TensorMessage {
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dataType: dataType[typeOf(values)], dims, rawData };
}

function valueMessage(name: string, { type, shape }: Signature): ValueMessage {
  const dim = shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: dataType[type], shape: { dim } } } };
}
