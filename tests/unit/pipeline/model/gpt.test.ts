// Golden numbers: tests/golden/make-gpt2.py.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { gradients } from '../../../../pipeline/graph/gradients.ts';
import { compileInterpreter } from '../../../../pipeline/graph/interpret.ts';
import type { Node } from '../../../../pipeline/graph/ir.ts';
import { createGraph, reachableOf } from '../../../../pipeline/graph/ir.ts';
import { crossEntropy, input, reduceMean } from '../../../../pipeline/graph/operations.ts';
import { ModelFormatError } from '../../../../pipeline/model/config.ts';
import { parseGptConfig } from '../../../../pipeline/model/gpt-config.ts';
import { readGpt, writeGpt } from '../../../../pipeline/model/gpt-files.ts';
import { nextTokenLogits } from '../../../../pipeline/model/gpt-graph.ts';
import { usePlainBackend } from './plain-backend.ts';

beforeAll(usePlainBackend);

const folder = new URL('../../../golden/', import.meta.url);
const golden = z
  .object({
    ids: z.array(z.array(z.number())),
    targets: z.array(z.array(z.number())),
    logits: z.array(z.array(z.number())),
    loss: z.number(),
    gradients: z.record(z.string(), z.tuple([z.number(), z.number()])),
  })
  .parse(JSON.parse(readFileSync(new URL('gpt2.json', folder), 'utf8')));
const files = {
  config: readFileSync(new URL('gpt2/config.json', folder), 'utf8'),
  weights: readFileSync(new URL('gpt2/model.safetensors', folder)),
};
const ids = Int32Array.from(golden.ids.flat());

function compute(outputs: Readonly<Record<string, Node>>, inputs: Record<string, Int32Array>) {
  const { layout, parameters } = readGpt(files);
  const tensors = layout.entries.map(({ name, shape, offset, size }): [string, tf.Tensor] => [
    name,
    tf.tensor(parameters.slice(offset, offset + size), [...shape]),
  ]);
  const values = compileInterpreter(outputs).run({ inputs, parameters: Object.fromEntries(tensors) });
  return (name: string): number[] => [...values[name].dataSync()];
}

const logitsOf = (batchSize: number, length: number): Node =>
  nextTokenLogits(createGraph(), { config: readGpt(files).config, batchSize, length });

describe('the GPT-2 of transformers', () => {
  it('gives the same logits here', () => {
    const logits = compute({ logits: logitsOf(2, 9) }, { ids })('logits');
    expect(logits).toHaveLength(2 * 9 * 50);
    for (const [index, value] of golden.logits.flat().entries()) {
      expect(Math.abs(value - logits[index])).toBeLessThan(1e-4);
    }
  });

  it('gives the same loss and the same gradient of every parameter', () => {
    const logits = logitsOf(2, 9);
    const loss = reduceMean(crossEntropy(logits, input(logits.graph, 'targets', [18], 'int32')), [0]);
    const parameters = reachableOf([loss], 'parameter');
    const slopes = gradients(loss, parameters);
    const named = parameters.map(({ attributes }, index): [string, Node] => [attributes.name, slopes[index]]);
    const targets = Int32Array.from(golden.targets.flat());
    const valueOf = compute({ ...Object.fromEntries(named), loss }, { ids, targets });
    expect(valueOf('loss')[0]).toBeCloseTo(golden.loss, 4);
    expect(named.map(([name]) => name).sort()).toEqual(Object.keys(golden.gradients).sort());
    for (const [name, [expectedNorm, expectedOrdered]] of Object.entries(golden.gradients)) {
      const values = valueOf(name);
      const ordered = values.reduce((sum, value, index) => sum + value / (index + 1), 0);
      expect(Math.abs(Math.hypot(...values) - expectedNorm), name).toBeLessThan(2e-4 * (1 + expectedNorm));
      expect(Math.abs(ordered - expectedOrdered), name).toBeLessThan(2e-4 * (1 + expectedNorm));
    }
  });

  it('is written back as the same tensors, with a configuration that reads the same', () => {
    const model = readGpt(files);
    const again = readGpt(writeGpt(model));
    expect(again.config).toEqual(model.config);
    expect(again.parameters).toEqual(model.parameters);
  });
});

describe('a decoder', () => {
  it('does not look ahead: a later token changes nothing before it', () => {
    const changed = Int32Array.from(ids.subarray(0, 9));
    changed[5] = (changed[5] + 1) % 50;
    const before = compute({ logits: logitsOf(1, 9) }, { ids: ids.slice(0, 9) })('logits');
    const after = compute({ logits: logitsOf(1, 9) }, { ids: changed })('logits');
    expect(after.slice(0, 5 * 50)).toEqual(before.slice(0, 5 * 50));
    expect(after.slice(5 * 50)).not.toEqual(before.slice(5 * 50));
  });

  it('is refused with every field of its configuration that is wrong', () => {
    const problems = (json: unknown): readonly string[] => {
      try {
        parseGptConfig(json);
      } catch (error) {
        if (error instanceof ModelFormatError) return error.problems;
      }
      return [];
    };
    const good = JSON.parse(files.config) as Record<string, unknown>;
    expect(problems(good)).toEqual([]);
    expect(problems({ ...good, n_head: 5 })).toEqual(['n_head: expected a divisor of n_embd']);
    expect(problems({ ...good, tie_word_embeddings: false, n_layer: 0 })).toHaveLength(2);
  });
});
