// Golden numbers: tests/golden/make-bert.py.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { gradients } from '../../../../pipeline/graph/gradients.ts';
import { compileInterpreter } from '../../../../pipeline/graph/interpret.ts';
import type { Node } from '../../../../pipeline/graph/ir.ts';
import { reachableOf } from '../../../../pipeline/graph/ir.ts';
import {
  input,
  logSoftmax,
  multiply,
  negate,
  reduceMean,
  reduceSum,
} from '../../../../pipeline/graph/operations.ts';
import { attentionMask } from '../../../../pipeline/model/bert-graph.ts';
import { readModel } from '../../../../pipeline/model/model-files.ts';
import type { TokenBatch } from '../../../../pipeline/training/token-rows.ts';
import type { GoldenName } from './golden.ts';
import { golden, goldenFiles, goldenLogits } from './golden.ts';
import { usePlainBackend } from './plain-backend.ts';

beforeAll(usePlainBackend);

function load(name: GoldenName) {
  const { config, layout, parameters: flat } = readModel(goldenFiles(name));
  const logitsOf = ({ batchSize, length }: TokenBatch): Node =>
    goldenLogits(name, { config, batchSize, length });
  const compute = (outputs: Readonly<Record<string, Node>>, batch: TokenBatch, extra = {}) => {
    const { positions } = golden(name);
    const feeds = {
      ids: batch.ids,
      mask: attentionMask(batch.lengths, batch.length),
      positions: Int32Array.from(positions ?? []),
      ...extra,
    };
    const parameters = Object.fromEntries(
      layout.entries.map(({ name: parameter, shape, offset, size }) => [
        parameter,
        tf.tensor(flat.slice(offset, offset + size), [...shape]),
      ]),
    );
    const values = compileInterpreter(outputs).run({ inputs: feeds, parameters });
    return (output: string): number[] => [...values[output].dataSync()];
  };
  return { config, layout, logitsOf, compute };
}

/** The mean cross-entropy against labels that are smoothed by a tenth. */
function smoothedLoss(logits: Node): Node {
  const targets = input(logits.graph, 'targets', logits.shape);
  return negate(reduceMean(reduceSum(multiply(targets, logSoftmax(logits)), [1]), [0]));
}

function smoothed(labels: readonly number[], classes: number): Float32Array {
  const targets = new Float32Array(labels.length * classes).fill(0.1 / classes);
  for (const [row, label] of labels.entries()) targets[row * classes + label] += 0.9;
  return targets;
}

describe.each(['classifier', 'tagger', 'masked'] as const)('the %s of transformers', (name) => {
  it('gives the same logits here', () => {
    const { logitsOf, compute } = load(name);
    const { batch, logits: expected } = golden(name);
    const logits = compute({ logits: logitsOf(batch) }, batch)('logits');
    expect(logits).toHaveLength(expected.flat().length);
    for (const [index, value] of expected.flat().entries()) {
      expect(Math.abs(value - logits[index])).toBeLessThan(1e-4);
    }
  });

  it('gives the same loss and the same gradient of every parameter', () => {
    const { layout, logitsOf, compute } = load(name);
    const { batch, loss: expectedLoss, targets, gradients: expected } = golden(name);
    const logits = logitsOf(batch);
    const loss = smoothedLoss(logits);
    const parameters = reachableOf([loss], 'parameter');
    const slopes = gradients(loss, parameters);
    const named = parameters.map(({ attributes }, index): [string, Node] => [attributes.name, slopes[index]]);
    const outputs = { ...Object.fromEntries(named), loss };
    const valueOf = compute(outputs, batch, { targets: smoothed(targets, logits.shape[1]) });

    expect(valueOf('loss')[0]).toBeCloseTo(expectedLoss, 5);
    expect(Object.keys(expected).sort()).toEqual(layout.entries.map((entry) => entry.name).sort());
    for (const [parameter, [expectedNorm, expectedOrdered]] of Object.entries(expected)) {
      const values = valueOf(parameter);
      const norm = Math.hypot(...values);
      const ordered = values.reduce((sum, value, index) => sum + value / (index + 1), 0);
      expect(Math.abs(norm - expectedNorm), parameter).toBeLessThan(1e-4 * (1 + expectedNorm));
      expect(Math.abs(ordered - expectedOrdered), parameter).toBeLessThan(1e-4 * (1 + expectedNorm));
    }
  });
});

describe('the encoder', () => {
  it('ignores what stands in the padding, and how much of it there is', () => {
    const { logitsOf, compute } = load('classifier');
    const classify = (ids: number[]): number[] => {
      const length = ids.length;
      const batch = { ids: Int32Array.from(ids), lengths: Int32Array.of(3), batchSize: 1, length };
      return compute({ logits: logitsOf(batch) }, batch)('logits');
    };
    const alone = classify([2, 17, 3]);
    const padded = classify([2, 17, 3, 41, 7, 9]);
    for (const [index, value] of padded.entries()) expect(value).toBeCloseTo(alone[index], 5);
  });
});
