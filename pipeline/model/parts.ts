// What a transformer of either layout is made of beside its own layers: weights by name, dropout, layer normalization.
import type { Graph, Node } from '../graph/ir.ts';
import type { Shape } from '../graph/operation-kinds.ts';
import { dropoutMask, input, layerNormalization, multiply, parameter } from '../graph/operations.ts';
import type { ParameterLayout } from './layout.ts';

export interface Parts {
  /** @throws RangeError where the layout has no parameter of that name */
  readonly weight: (name: string) => Node;
  /** A dropout mask of a shape, or none. */
  readonly mask: (shape: Shape) => Node | undefined;
  /** Zeroes a share of the numbers while training. */
  readonly dropped: (x: Node) => Node;
  /** @param name of the layer: its `weight` and `bias` scale and shift */
  readonly normalize: (name: string, x: Node) => Node;
}

export interface PartsOptions {
  readonly layout: Pick<ParameterLayout, 'entries'>;
  readonly layerNormEpsilon: number;
  /** Share that is zeroed, with the inputs `seed` and `part`; 0: none. */
  readonly dropout: number;
}

export function createParts(graph: Graph, { layout, layerNormEpsilon, dropout }: PartsOptions): Parts {
  const shapes = new Map(layout.entries.map(({ name, shape }) => [name, shape]));
  let stream = 0;
  const weight = (name: string): Node => {
    const shape = shapes.get(name);
    if (shape === undefined) throw new RangeError(`the layout has no parameter ${name}`);
    return parameter(graph, name, shape);
  };
  const mask = (shape: Shape): Node | undefined => {
    if (dropout === 0) return undefined;
    stream += 1;
    const seed = input(graph, 'seed', [2], 'int32');
    return dropoutMask(seed, { rate: dropout, stream, shape }, input(graph, 'part', [1], 'int32'));
  };
  return {
    weight,
    mask,
    dropped: (x) => {
      const drawn = mask(x.shape);
      return drawn === undefined ? x : multiply(x, drawn);
    },
    normalize: (name, x) =>
      layerNormalization(x, weight(`${name}.weight`), weight(`${name}.bias`), layerNormEpsilon),
  };
}
