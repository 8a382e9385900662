// Golden numbers: tests/golden/make-bert.py.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Bert, TokenBatch } from '../../../../pipeline/model/bert.ts';
import { classify, encode, noDropout, predictTokens } from '../../../../pipeline/model/bert.ts';
import { crossEntropy } from '../../../../pipeline/model/layers.ts';
import type { Parameters } from '../../../../pipeline/model/layout.ts';
import { splitParameters } from '../../../../pipeline/model/layout.ts';
import { readModel } from '../../../../pipeline/model/model-files.ts';
import { lossAndGradient } from '../../../../pipeline/training/train-step.ts';
import type { GoldenName } from './golden.ts';
import { golden, goldenFiles } from './golden.ts';
import { usePlainBackend } from './plain-backend.ts';

beforeAll(usePlainBackend);

function load(name: GoldenName) {
  const { config, layout, parameters } = readModel(goldenFiles(name));
  const logitsOf = (tensors: Parameters): tf.Tensor2D => {
    const { batch, positions } = golden(name);
    const model: Bert = { config, parameters: tensors, dropout: noDropout };
    return positions === null
      ? classify(model, batch)
      : predictTokens(model, batch, tf.tensor1d(positions, 'int32'));
  };
  const model: Bert = {
    config,
    parameters: splitParameters(layout, tf.tensor1d(parameters)),
    dropout: noDropout,
  };
  return { config, layout, parameters, logitsOf, model };
}

describe.each(['classifier', 'masked'] as const)('the %s of transformers', (name) => {
  it('gives the same logits here', async () => {
    const { logitsOf, model } = load(name);
    const logits = (await logitsOf(model.parameters).array()).flat();
    const expected = golden(name).logits.flat();
    expect(logits).toHaveLength(expected.length);
    for (const [index, value] of logits.entries())
      expect(Math.abs(value - expected[index])).toBeLessThan(1e-4);
  });

  it('gives the same loss and the same gradient of every parameter', () => {
    const { config, layout, parameters, logitsOf } = load(name);
    const { loss: expectedLoss, targets, gradients } = golden(name);
    const classes = name === 'masked' ? config.vocabularySize : config.labels.length;
    const { loss, gradient } = lossAndGradient(parameters, layout, (tensors) => {
      const smoothed = tf.oneHot(
        tf.tensor1d(targets, 'int32'),
        classes,
        0.9 + 0.1 / classes,
        0.1 / classes,
        'float32',
      );
      return crossEntropy(logitsOf(tensors), smoothed as tf.Tensor2D);
    });
    expect(loss).toBeCloseTo(expectedLoss, 5);
    expect(layout.entries.map((entry) => entry.name).sort()).toEqual(Object.keys(gradients).sort());
    for (const entry of layout.entries) {
      const values = gradient.subarray(entry.offset, entry.offset + entry.size);
      const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
      const ordered = values.reduce((sum, value, index) => sum + value / (index + 1), 0);
      const [expectedNorm, expectedOrdered] = gradients[entry.name];
      expect(Math.abs(norm - expectedNorm), entry.name).toBeLessThan(1e-4 * (1 + expectedNorm));
      expect(Math.abs(ordered - expectedOrdered), entry.name).toBeLessThan(1e-4 * (1 + expectedNorm));
    }
  });
});

describe('the encoder', () => {
  it('answers the same for the first tokens alone as for all', async () => {
    const { model } = load('classifier');
    const { batch } = golden('classifier');
    const first = await encode(model, batch, 'first').array();
    const all = await encode(model, batch, 'all').array();
    for (const [row, values] of first.entries()) {
      const same = all[row * batch.length];
      for (const [channel, value] of values.entries()) expect(value).toBeCloseTo(same[channel], 5);
    }
  });

  it('ignores what stands in the padding, and how much of it there is', async () => {
    const { model } = load('classifier');
    const batch = (ids: number[], length: number): TokenBatch => ({
      ids: Int32Array.from(ids),
      lengths: Int32Array.of(3),
      batchSize: 1,
      length,
    });
    const alone = await classify(model, batch([2, 17, 3], 3)).array();
    const padded = await classify(model, batch([2, 17, 3, 41, 7, 9], 6)).array();
    for (const [index, value] of padded[0].entries()) expect(value).toBeCloseTo(alone[0][index], 5);
  });

  it('leaves no tensor behind when it is differentiated', () => {
    const { layout, parameters, logitsOf } = load('classifier');
    const step = () =>
      lossAndGradient(parameters, layout, (tensors) => crossEntropy(logitsOf(tensors), tf.ones([4, 3])));
    step();
    const before = tf.memory().numTensors;
    step();
    expect(tf.memory().numTensors).toBe(before);
  });
});
