// What every target must make of every model: the logits and attention of transformers, gradients as differences measure
// them, and a text a token at a time. Golden numbers: tests/golden/.
import { describe, expect, it } from 'vitest';
import { withAttention } from '../../pipeline/graph/attention-weights.ts';
import { gradients } from '../../pipeline/graph/gradients.ts';
import type { Node } from '../../pipeline/graph/ir.ts';
import { createGraph, reachableOf } from '../../pipeline/graph/ir.ts';
import { crossEntropy, input, reduceMean } from '../../pipeline/graph/operations.ts';
import { decodingStep, fillSlots } from '../../pipeline/model/gpt-decoding.ts';
import type { NamedTensor } from '../../pipeline/model/safetensors.ts';
import { createRandom } from '../../pipeline/random.ts';
import { expectClose } from './expect-close.ts';
import type { GoldenModel } from './golden-models.ts';
import { goldenGpt, goldenModels } from './golden-models.ts';
import { evaluate } from './graph-reference.ts';
import type { RunGraph } from './graph-targets.ts';

const models = Object.entries(goldenModels);

/** @param run of the target */
export function describeModels(target: string, run: RunGraph): void {
  describe(`models on ${target}`, () => {
    it.each(models)('give the logits and the attention of transformers: %s', async (_, model) => {
      const { attention, expected, logits } = model;
      const results = await run(withAttention({ logits: logits() }), model);
      expectClose(results.logits, expected, 1e-4, 'logits');
      for (const [layer, weights] of attention.entries()) {
        expectClose(results[`attention.${layer}`], weights, 2e-6, `attention of layer ${layer}`);
      }
    });

    it.each(models)('have the gradients that differences measure: %s', async (_, model) => {
      const { loss, inputs } = lossOf(model);
      const parameters = reachableOf([loss], 'parameter');
      const slopes = gradients(loss, parameters);
      const outputs = Object.fromEntries(
        parameters.map(({ attributes }, index): [string, Node] => [`d ${attributes.name}`, slopes[index]]),
      );
      const results = await run(outputs, { ...model, inputs });
      const along = model.parameters.map((tensor, index) =>
        dot(results[`d ${tensor.name}`], directionOf(tensor, index)),
      );
      const slope = along.reduce((a, b) => a + b);
      expect(slope).toBeCloseTo(measuredSlope(model), 3);
    });

    it('decode a text a token at a time as they do at once', async () => {
      const { config, layout } = goldenGpt;
      const { inputs, parameters, expected } = goldenModels['GPT-2'];
      const [batchSize, length, slots] = [2, 9, 11];
      const size = config.hiddenSize / config.heads;
      expect(layout.entries).toHaveLength(parameters.length);
      const caches = new Map(
        Array.from({ length: config.layers }, (_, layer) => [`key.${layer}`, `value.${layer}`])
          .flat()
          .map((name) => [name, new Float32Array(batchSize * config.heads * slots * size).fill(5)]),
      );
      for (let position = 0; position < length; position += 1) {
        const rows = [position, length + position];
        const step = decodingStep(createGraph(), { config, batchSize, slots });
        const results = await run(step, {
          parameters,
          inputs: {
            ids: Int32Array.from(rows, (row) => inputs.ids[row]),
            positions: Int32Array.of(position, position),
            mask: Float32Array.from({ length: 2 * slots }, (_, at) => (at % slots < position ? 0 : -1e9)),
            ...Object.fromEntries(caches),
          },
        });
        const wanted = rows.flatMap((row) => expected.slice(row * 50, (row + 1) * 50));
        expectClose(results.logits, wanted, 1e-4, `position ${position}`);
        for (const [name, cache] of caches) {
          const kept = rows.map(() => ({ slot: position, count: 1 }));
          const shape = { heads: config.heads, slots, size, length: 1, kept };
          fillSlots(cache, Float32Array.from(results[`${name}.new`]), shape);
        }
      }
    });
  });
}

export function lossOf({ logits, inputs, labels }: GoldenModel): {
  loss: Node;
  inputs: GoldenModel['inputs'];
} {
  const node = logits();
  const loss = reduceMean(crossEntropy(node, input(node.graph, 'labels', [labels.length], 'int32')), [0]);
  return { loss, inputs: { ...inputs, labels } };
}

/** A direction through all parameters, of which each number has a part of its own. */
function directionOf({ values }: NamedTensor, index: number): Float32Array {
  const random = createRandom(7, index);
  return Float32Array.from(values, random.normal);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((sum, value, index) => sum + value * b[index], 0);
}

const measured = new Map<GoldenModel, number>();

/** How the loss changes along the direction, by two evaluations of the reference in float64. */
function measuredSlope(model: GoldenModel): number {
  const known = measured.get(model);
  if (known !== undefined) return known;
  const { loss, inputs } = lossOf(model);
  const step = 1e-5;
  const [after, before] = [step, -step].map((distance) => {
    const moved = model.parameters.map((tensor, index) => {
      const direction = directionOf(tensor, index);
      const numbers = Array.from(tensor.values, (value, at) => value + distance * direction[at]);
      return [tensor.name, numbers] as const;
    });
    return evaluate([loss], { ...inputs, ...Object.fromEntries(moved) })[0][0];
  });
  const slope = (after - before) / (2 * step);
  measured.set(model, slope);
  return slope;
}
