// Attention with its gradients in sizes that no tile of a kernel divides.
import type { Node } from '../../pipeline/graph/ir.ts';
import * as operations from '../../pipeline/graph/operations.ts';
import type { Given } from './graph-case.ts';

const [TEXTS, HEADS, LENGTH, CHANNELS] = [2, 3, 37, 20];
const FORBIDDEN = -1e9;

const masks = {
  causal: {
    shape: [LENGTH, LENGTH],
    at: (place: number) => (place % LENGTH > Math.floor(place / LENGTH) ? FORBIDDEN : 0),
  },
  padding: { shape: [TEXTS, 1, 1, LENGTH], at: (place: number) => (place > LENGTH + 20 ? FORBIDDEN : 0) },
  'a number a head': { shape: [1, HEADS, 1, 1], at: (place: number) => place },
};

export interface AttentionCase {
  readonly mask: keyof typeof masks;
  readonly dropout?: true;
}

export function attentionAndGradients(
  { graph, floats, integers }: Given,
  { mask, dropout }: AttentionCase,
): Record<string, Node> {
  const { shape, at } = masks[mask];
  const heads = [TEXTS, HEADS, LENGTH, CHANNELS];
  const scores = [TEXTS, HEADS, LENGTH, LENGTH];
  const size = shape.reduce((product, count) => product * count, 1);
  const inputs = {
    query: operations.scale(floats('query', heads), 1 / Math.sqrt(CHANNELS)),
    key: floats('key', heads),
    value: floats('value', heads),
    mask: operations.constant(
      graph,
      Float32Array.from({ length: size }, (_, place) => at(place)),
      shape,
    ),
    keep:
      dropout && operations.dropoutMask(integers('seed', [1, 1]), { rate: 0.3, stream: 0, shape: scores }),
  };
  const y = operations.attention(inputs);
  const dy = floats('dy', heads);
  const of = (name: 'query' | 'key' | 'value'): Node =>
    operations.attentionGradient({ dy, y, inputs, of: name });
  return { y, dquery: of('query'), dkey: of('key'), dvalue: of('value') };
}
