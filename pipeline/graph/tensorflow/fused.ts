// Operations that the library of kernels computes in one pass (runtimes/tensorflow/kernels), where it is loaded.
import type { Composite } from '../expand.ts';
import type { Node } from '../ir.ts';
import type { OperationName } from '../operation-kinds.ts';
import type { Context, Emit } from './emit.ts';
import { float, index, once, vector } from './emit.ts';
import type { Reference } from './graph-def.ts';

/** Composites that stay whole. */
export const fusedComposites = [
  'gelu',
  'geluGradient',
  'layerNormalization',
  'layerNormalizationGradient',
  'attention',
  'attentionGradient',
] as const satisfies Composite[];

/** A kernel with several outputs is run once for all that read one of them. */
function shared(
  context: Context,
  op: string,
  inputs: readonly Reference[],
  attributes: object = {},
): Reference {
  return once(context, `${op} ${inputs.join()} ${JSON.stringify(attributes)}`, () =>
    context.target.add(op, inputs, attributes as never),
  );
}

const byTanh = ({ attributes }: Node<'gelu' | 'geluGradient'>) => ({
  by_tanh: { b: attributes.approximation === 'tanh' },
});

const columnSums: Emit<'reduceSum'> = (node, inputs, context) => {
  const [x] = node.inputs;
  const sums =
    x.operation === 'geluGradient' ? `${inputs[0]}:1` : context.target.add('CoppiceColumnSums', inputs, {});
  if (!node.attributes.keepDimensions) return sums;
  return context.target.add('Reshape', [sums, vector(context, node.shape)], { ...float, Tshape: index });
};

/** @returns how a node is written for the kernels; undefined: as without them. */
export function fusedEmitter<K extends OperationName>(node: Node<K>): Emit<K> | undefined {
  const { operation, attributes, inputs } = node as Node;
  if (operation === 'reduceSum') {
    const { axes } = attributes as Node<'reduceSum'>['attributes'];
    if (inputs[0].shape.length !== 2 || axes.join() !== '0') return undefined;
  }
  if (operation === 'transpose') {
    const { permutation } = attributes as Node<'transpose'>['attributes'];
    if (permutation.at(-1) !== permutation.length - 1 || node.type !== 'float32') return undefined;
  }
  return emitters[node.operation];
}

const emitters: { readonly [K in OperationName]?: Emit<K> } = {
  reduceSum: columnSums,
  transpose: ({ attributes: { permutation } }, inputs, { target }) =>
    target.add('CoppiceMoveRows', inputs, { permutation: { list: { i: permutation } } }),
  gelu: (node, inputs, { target }) => target.add('CoppiceGelu', inputs, byTanh(node)),
  geluGradient: (node, inputs, { target }) => target.add('CoppiceGeluGradient', inputs, byTanh(node)),
  layerNormalization: ({ attributes: { epsilon } }, inputs, { target }) =>
    target.add('CoppiceLayerNormalization', inputs, { epsilon: { f: epsilon } }),
  layerNormalizationGradient: ({ attributes: { epsilon, of } }, inputs, context) => {
    const all = shared(context, 'CoppiceLayerNormalizationGradient', inputs, { epsilon: { f: epsilon } });
    return `${all}:${['x', 'gain', 'bias'].indexOf(of)}`;
  },
  attention: (_, inputs, context) =>
    shared(context, 'CoppiceAttention', inputs, { N: { i: inputs.length - 4 } }),
  attentionGradient: ({ attributes: { of } }, inputs, context) => {
    const all = shared(context, 'CoppiceAttentionGradient', inputs, { N: { i: inputs.length - 6 } });
    return `${all}:${['query', 'key', 'value'].indexOf(of)}`;
  },
  crossEntropy: (_, inputs, context) => shared(context, 'CoppiceCrossEntropy', inputs),
  crossEntropyGradient: (_, inputs, context) => {
    const losses = shared(context, 'CoppiceCrossEntropy', inputs);
    return context.target.add('CoppiceCrossEntropyGradient', [...inputs, `${losses}:1`], {});
  },
};
