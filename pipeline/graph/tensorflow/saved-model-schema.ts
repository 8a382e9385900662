// The part of TensorFlow's protocol buffers that a SavedModel of one graph needs: field names and numbers are those of
// saved_model.proto, meta_graph.proto, graph.proto, node_def.proto, attr_value.proto and tensor.proto.
import protobuf from 'protobufjs';

const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id });
const one = (type: string, id: number) => ({ type, id });

const attributes: protobuf.IMapField = { keyType: 'string', type: 'Attribute', id: 5 };

const root = protobuf.Root.fromJSON({
  nested: {
    SavedModel: {
      fields: { savedModelSchemaVersion: one('int64', 1), metaGraphs: repeated('MetaGraph', 2) },
    },
    MetaGraph: { fields: { metaInfo: one('MetaInfo', 1), graph: one('Graph', 2) } },
    MetaInfo: { fields: { tags: repeated('string', 4) } },
    Graph: { fields: { node: repeated('Node', 1), versions: one('Versions', 4) } },
    Versions: { fields: { producer: one('int32', 1), minConsumer: one('int32', 2) } },
    Node: {
      fields: {
        name: one('string', 1),
        op: one('string', 2),
        input: repeated('string', 3),
        attr: attributes,
      },
    },
    Attribute: {
      oneofs: { value: { oneof: ['list', 's', 'i', 'f', 'b', 'type', 'shape', 'tensor'] } },
      fields: {
        list: one('List', 1),
        s: one('bytes', 2),
        i: one('int64', 3),
        f: one('float', 4),
        b: one('bool', 5),
        type: one('int32', 6),
        shape: one('Shape', 7),
        tensor: one('Tensor', 8),
      },
    },
    List: { fields: { i: repeated('int64', 3) } },
    Shape: { fields: { dim: repeated('Dimension', 2) } },
    Dimension: { fields: { size: one('int64', 1) } },
    Tensor: {
      fields: { dtype: one('int32', 1), tensorShape: one('Shape', 2), tensorContent: one('bytes', 4) },
    },
  },
});

const savedModel = root.lookupType('SavedModel');

/** TensorFlow's numbers for element types (types.proto). */
export const dataType = { float32: 1, int32: 3, bool: 10, bfloat16: 14, uint64: 23 } as const;

/** A value of an attribute, by the name of its field. */
export type Attribute =
  | { readonly list: { readonly i: readonly number[] } }
  | { readonly s: Uint8Array }
  | { readonly i: number }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly type: number }
  | { readonly shape: ShapeMessage }
  | {
      readonly tensor: {
        readonly dtype: number;
        readonly tensorShape: ShapeMessage;
        readonly tensorContent: Uint8Array;
      };
    };

export interface ShapeMessage {
  readonly dim: readonly { readonly size: number }[];
}

export interface NodeMessage {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, Attribute>>;
}

/** @returns the content of `saved_model.pb`: one graph under the tag `serve`. */
export function encodeSavedModel(nodes: readonly NodeMessage[]): Uint8Array {
  // Producer 1882 is a version of the graph format that TensorFlow 2.15 and later read without upgrading it.
  const graph = { node: nodes, versions: { producer: 1_882, minConsumer: 12 } };
  const metaGraphs = [{ metaInfo: { tags: ['serve'] }, graph }];
  return savedModel.encode(savedModel.fromObject({ savedModelSchemaVersion: 1, metaGraphs })).finish();
}
