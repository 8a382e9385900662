// Golden numbers: tests/golden/make-lora.py.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { gradients } from '../../../../pipeline/graph/gradients.ts';
import type { Node } from '../../../../pipeline/graph/ir.ts';
import { createGraph, reachableOf } from '../../../../pipeline/graph/ir.ts';
import { crossEntropy, input, reduceMean } from '../../../../pipeline/graph/operations.ts';
import { nextTokenLogits } from '../../../../pipeline/model/gpt-graph.ts';
import { initialParameters, namedTensors } from '../../../../pipeline/model/layout.ts';
import type { Lora } from '../../../../pipeline/model/lora.ts';
import { loraLayout, mergeLora } from '../../../../pipeline/model/lora.ts';
import { trainedParameters } from '../../../../pipeline/training/session.ts';
import { expectClose } from '../../../support/expect-close.ts';
import { goldenGpt, goldenModels } from '../../../support/golden-models.ts';
import { evaluate } from '../../../support/graph-reference.ts';
import { runPlainly } from '../../../support/graph-targets.ts';
import { usePlainBackend } from './plain-backend.ts';

beforeAll(usePlainBackend);

const numbers = z.array(z.number());
/** Of a tensor the norm, and its product with 1, 1/2, 1/3, … */
const summaries = z.record(z.string(), z.tuple([z.number(), z.number()]));
const golden = z
  .object({
    cases: z.record(
      z.string(),
      z.object({
        ...{ rank: z.number(), alpha: z.number(), targets: z.array(z.string()), loss: z.number() },
        bounds: z.record(z.string(), z.number()),
        adapters: z.record(z.string(), numbers),
        shapes: z.record(z.string(), numbers),
        ...{ logits: z.array(numbers), gradients: summaries, merged: summaries, first: z.array(numbers) },
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../../../golden/lora.json', import.meta.url), 'utf8')));
type Golden = (typeof golden.cases)[string];
const cases = Object.entries(golden.cases);

const { config, layout, parameters: base } = goldenGpt;
const { inputs, labels, parameters } = goldenModels['GPT-2'];
const shape = { config, batchSize: 2, length: 9 };

function adaptersOf(numbersOf: Golden): { adapters: Float32Array; adapterLayout: typeof layout } {
  const adapterLayout = loraLayout(layout, numbersOf);
  const flat = adapterLayout.entries.flatMap(({ name }) => numbersOf.adapters[name]);
  return { adapterLayout, adapters: Float32Array.from(flat) };
}

function lossOf(lora: Lora): { logits: Node; loss: Node } {
  const logits = nextTokenLogits(createGraph(), { ...shape, lora });
  const targets = input(logits.graph, 'labels', [labels.length], 'int32');
  return { logits, loss: reduceMean(crossEntropy(logits, targets), [0]) };
}

function expectSummary(values: ArrayLike<number>, [norm, ordered]: [number, number], name: string): void {
  const product = Array.from(values).reduce((sum, value, index) => sum + value / (index + 1), 0);
  expect(Math.abs(Math.hypot(...Array.from(values)) - norm), name).toBeLessThan(2e-4 * (1 + norm));
  expect(Math.abs(product - ordered), name).toBeLessThan(2e-4 * (1 + norm));
}

describe.each(cases)('adapters of peft, %s', (_, expected) => {
  const { adapters, adapterLayout } = adaptersOf(expected);
  const given = {
    inputs: { ...inputs, labels },
    parameters: [...parameters, ...namedTensors(adapterLayout, adapters)],
  };

  it('have the same names and shapes here', () => {
    const shapes = adapterLayout.entries.map((entry) => [entry.name, [...entry.shape]]);
    expect(Object.fromEntries(shapes)).toEqual(expected.shapes);
  });

  it('begin within the same bounds, B at zero', () => {
    const drawn = namedTensors(adapterLayout, initialParameters(adapterLayout, 3));
    for (const {
      name,
      values,
      shape: [, inputCount],
    } of drawn) {
      const largest = Math.max(...Array.from(values, Math.abs));
      if (name.endsWith('lora_B.weight')) {
        expect([name, largest, expected.bounds[name]]).toEqual([name, 0, 0]);
        continue;
      }
      const bound = 1 / Math.sqrt(inputCount);
      for (const most of [largest, expected.bounds[name]]) {
        expect(most, name).toBeLessThanOrEqual(bound);
        expect(most, name).toBeGreaterThan(0.9 * bound);
      }
    }
  });

  it('give the same logits, the same loss and the same gradients', async () => {
    const { logits, loss } = lossOf(expected);
    const trained = trainedParameters(loss, { layout: adapterLayout });
    const slopes = gradients(loss, trained);
    const named = trained.map(({ attributes }, index): [string, Node] => [attributes.name, slopes[index]]);
    const results = await runPlainly({ ...Object.fromEntries(named), logits, loss }, given);
    expectClose(results.logits, expected.logits.flat(), 1e-4, 'logits');
    expect(results.loss[0]).toBeCloseTo(expected.loss, 4);
    expect(named.map(([name]) => name).sort()).toEqual(Object.keys(expected.gradients).sort());
    for (const [name, summary] of Object.entries(expected.gradients))
      expectSummary(results[name], summary, name);
  });

  it('merge into the weights that merge_and_unload leaves', () => {
    const merged = namedTensors(layout, mergeLora(expected, { layout, parameters: base }, adapters));
    expect(merged.map(({ name }) => name).sort()).toEqual(Object.keys(expected.merged).sort());
    for (const { name, values } of merged) expectSummary(values, expected.merged[name], name);
    const query = merged.find(({ name }) => name === 'transformer.h.1.attn.c_attn.weight');
    expectClose(query?.values.subarray(0, 2 * 72) ?? [], expected.first.flat(), 1e-6, 'two rows');
  });

  it('answer merged as they answer beside the weights', async () => {
    const merged = mergeLora(expected, { layout, parameters: base }, adapters);
    const plain = { logits: nextTokenLogits(createGraph(), shape) };
    const { logits } = await runPlainly(plain, { inputs, parameters: namedTensors(layout, merged) });
    expectClose(logits, (await runPlainly({ logits: lossOf(expected).logits }, given)).logits, 1e-4);
  });

  it('have the gradients that differences measure', async () => {
    const { loss } = lossOf(expected);
    const trained = trainedParameters(loss, { layout: adapterLayout });
    const slopes = gradients(loss, trained);
    const outputs = Object.fromEntries(slopes.map((slope, index) => [trained[index].attributes.name, slope]));
    const results = await runPlainly(outputs, given);
    const values = Object.fromEntries(given.parameters.map((tensor) => [tensor.name, [...tensor.values]]));
    const lossAt = (moved: Record<string, number[]>): number =>
      evaluate([loss], { ...given.inputs, ...values, ...moved })[0][0];
    for (const { name } of adapterLayout.entries) {
      const step = 1e-4;
      const movedBy = (by: number) => lossAt({ [name]: values[name].with(1, values[name][1] + by) });
      expect(results[name][1]).toBeCloseTo((movedBy(step) - movedBy(-step)) / (2 * step), 4);
    }
  });
});

describe('a model with adapters', () => {
  const lora = { rank: 2, alpha: 4, targets: ['c_attn', 'c_proj', 'c_fc'] };

  it('begins as the model that they stand beside', async () => {
    const adapterLayout = loraLayout(layout, lora);
    const drawn = namedTensors(adapterLayout, initialParameters(adapterLayout, 3));
    const logitsWith = async (options: { lora?: Lora }) =>
      (
        await runPlainly(
          { logits: nextTokenLogits(createGraph(), { ...shape, ...options }) },
          { inputs, parameters: [...parameters, ...drawn] },
        )
      ).logits;
    expect(await logitsWith({ lora })).toEqual(await logitsWith({}));
  });

  it('draws them by the seed, each anew', () => {
    const adapterLayout = loraLayout(layout, lora);
    expect(initialParameters(adapterLayout, 3)).toEqual(initialParameters(adapterLayout, 3));
    expect(initialParameters(adapterLayout, 3)).not.toEqual(initialParameters(adapterLayout, 4));
    const [first, , , , second] = namedTensors(adapterLayout, initialParameters(adapterLayout, 3));
    expect(first.values.slice(0, 5)).not.toEqual(second.values.slice(0, 5));
  });

  it('reads the weights and trains none of them', () => {
    const { loss } = lossOf(lora);
    const adapterLayout = loraLayout(layout, lora);
    const trained = trainedParameters(loss, { layout: adapterLayout }).map(
      ({ attributes }) => attributes.name,
    );
    expect(trained.sort()).toEqual(adapterLayout.entries.map(({ name }) => name).sort());
    expect(reachableOf([loss], 'parameter')).toHaveLength(layout.entries.length + trained.length);
  });
});
