// LoRA (Hu et al. 2021, arXiv:2106.09685, section 4.1) as peft has it: beside a weight W that stays as it is stands a product
// of two narrow matrices, y = x·W + b + α/r · (x·Aᵀ)·Bᵀ. A starts uniform and B at zero, so that the model starts as it was.
// A [r, inputs], B [outputs, r], W [inputs, outputs].
import type { Node } from '../graph/ir.ts';
import { matMul, scale } from '../graph/operations.ts';
import type { ParameterLayout, Row } from './layout.ts';
import { layOut, namedTensors } from './layout.ts';
import type { Parts } from './parts.ts';

export interface Lora {
  /** r: the narrow side of both matrices. */
  readonly rank: number;
  /** What the product is multiplied by is α/r, so that a rate serves every rank. */
  readonly alpha: number;
  /** Last names of the layers that are adapted, such as `c_attn`. */
  readonly targets: readonly string[];
}

/** @param name of a layer, such as `transformer.h.0.attn.c_attn` */
export function adapts(lora: Lora | undefined, name: string): lora is Lora {
  return lora?.targets.includes(name.slice(name.lastIndexOf('.') + 1)) === true;
}

const factorsOf = (name: string) => ({ a: `${name}.lora_A.weight`, b: `${name}.lora_B.weight` });

const WEIGHT = '.weight';

/**
 * @param base whose weights are [inputs, outputs]
 * @returns A and B of every layer that is adapted, under peft's names of them
 */
export function loraLayout({ entries }: ParameterLayout, lora: Lora): ParameterLayout {
  return layOut(
    entries.flatMap(({ name: weight, shape: [inputs, outputs] }): Row[] => {
      const name = weight.slice(0, -WEIGHT.length);
      if (!weight.endsWith(WEIGHT) || !adapts(lora, name)) return [];
      const { a, b } = factorsOf(name);
      // Kaiming uniform with a slope of √5, as PyTorch's linear layers start: √(6 / (1 + 5) / inputs).
      return [
        [a, [lora.rank, inputs], { bound: 1 / Math.sqrt(inputs) }],
        [b, [outputs, lora.rank], 0],
      ];
    }),
  );
}

/** What a layer's adapter adds to its result. x [N, inputs] → [N, outputs] */
export function adapterChange(
  { weight }: Pick<Parts, 'weight'>,
  name: string,
  { x, lora }: { readonly x: Node; readonly lora: Lora },
): Node {
  const { a, b } = factorsOf(name);
  const narrow = scale(matMul(x, weight(a), { transposeB: true }), lora.alpha / lora.rank); // [N, r]
  return matMul(narrow, weight(b), { transposeB: true });
}

/** A model's parameters, and where each stands. */
interface Placed {
  readonly layout: ParameterLayout;
  readonly parameters: Float32Array;
}

/**
 * Takes adapters into the weights that they stand beside: W + α/r · (B·A)ᵀ.
 * @param adapters in the order of `loraLayout`
 * @returns the base's parameters so changed; the base stays as it is
 */
export function mergeLora(lora: Lora, base: Placed, adapters: Float32Array): Float32Array {
  const merged = base.parameters.slice();
  const factors = new Map(
    namedTensors(loraLayout(base.layout, lora), adapters).map((tensor) => [tensor.name, tensor.values]),
  );
  for (const { name, shape, values } of namedTensors(base.layout, merged)) {
    const { a, b } = factorsOf(name.slice(0, -WEIGHT.length));
    const [narrow, wide] = [factors.get(a), factors.get(b)];
    if (narrow === undefined || wide === undefined) continue;
    addProduct(values, { inputs: shape[0], narrow, wide, ...lora });
  }
  return merged;
}

/** Changes the weight in place; each sum is rounded once. */
function addProduct(
  weight: Float32Array,
  { inputs, narrow, wide, rank, alpha }: Lora & { inputs: number; narrow: Float32Array; wide: Float32Array },
): void {
  const outputs = weight.length / inputs;
  for (let row = 0; row < inputs; row += 1) {
    for (let column = 0; column < outputs; column += 1) {
      let sum = 0;
      for (let k = 0; k < rank; k += 1) sum += narrow[k * inputs + row] * wide[column * rank + k];
      weight[row * outputs + column] += (alpha / rank) * sum;
    }
  }
}
