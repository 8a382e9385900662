// The part of ONNX's protocol buffers that a graph with its weights needs: field names and numbers are those of
// onnx.proto3 (github.com/onnx/onnx, onnx/onnx.proto3, IR version 9).
import protobuf from 'protobufjs';

const one = (type: string, id: number) => ({ type, id });
const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id });

const root = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: one('int64', 1),
        producerName: one('string', 2),
        graph: one('Graph', 7),
        opsetImport: repeated('OperatorSet', 8),
      },
    },
    OperatorSet: { fields: { domain: one('string', 1), version: one('int64', 2) } },
    Graph: {
      fields: {
        node: repeated('Node', 1),
        name: one('string', 2),
        initializer: repeated('Tensor', 5),
        input: repeated('ValueInfo', 11),
        output: repeated('ValueInfo', 12),
      },
    },
    Node: {
      fields: {
        input: repeated('string', 1),
        output: repeated('string', 2),
        name: one('string', 3),
        opType: one('string', 4),
        attribute: repeated('Attribute', 5),
      },
    },
    Attribute: {
      fields: {
        name: one('string', 1),
        f: one('float', 2),
        i: one('int64', 3),
        s: one('bytes', 4),
        ints: repeated('int64', 8),
        type: one('int32', 20),
      },
    },
    Tensor: {
      fields: {
        dims: repeated('int64', 1),
        dataType: one('int32', 2),
        name: one('string', 8),
        rawData: one('bytes', 9),
      },
    },
    ValueInfo: { fields: { name: one('string', 1), type: one('Type', 2) } },
    Type: { fields: { tensorType: one('TensorType', 1) } },
    TensorType: { fields: { elemType: one('int32', 1), shape: one('Shape', 2) } },
    Shape: { fields: { dim: repeated('Dimension', 1) } },
    Dimension: { fields: { dimValue: one('int64', 1) } },
  },
});

const model = root.lookupType('Model');

/** ONNX's numbers for element types (TensorProto.DataType). */
export const dataType = { float32: 1, int8: 3, int32: 6, int64: 7 } as const;
export type DataType = keyof typeof dataType;

/** ONNX's numbers for kinds of attributes (AttributeProto.AttributeType). */
export const attributeType = { float: 1, int: 2, string: 3, ints: 7 } as const;

export interface AttributeMessage {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly ints?: readonly number[];
}

export interface NodeMessage {
  readonly opType: string;
  readonly name: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly AttributeMessage[];
}

export interface TensorMessage {
  readonly name: string;
  readonly dataType: number;
  readonly dims: readonly number[];
  /** Little-endian, row-major. */
  readonly rawData: Uint8Array;
}

export interface ValueMessage {
  readonly name: string;
  readonly type: {
    readonly tensorType: {
      readonly elemType: number;
      readonly shape: { readonly dim: readonly { readonly dimValue: number }[] };
    };
  };
}

export interface GraphMessage {
  readonly name: string;
  readonly node: readonly NodeMessage[];
  readonly initializer: readonly TensorMessage[];
  readonly input: readonly ValueMessage[];
  readonly output: readonly ValueMessage[];
}

/** The operators' version that the writer knows: 20 brought Gelu, and has what is used here as ONNX 1.15 tells it. */
const OPERATOR_SET = 20;
const IR_VERSION = 9; // of ONNX 1.15 too

/** @returns the content of an `.onnx` file. */
export function encodeModel(graph: GraphMessage): Uint8Array<ArrayBuffer> {
  const message = {
    irVersion: IR_VERSION,
    producerName: 'coppice',
    graph,
    opsetImport: [{ domain: '', version: OPERATOR_SET }],
  };
  return model.encode(model.fromObject(message)).finish() as Uint8Array<ArrayBuffer>;
}
