// Golden numbers: tests/golden/make-attention.py.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { withAttention } from '../../../../pipeline/graph/attention-weights.ts';
import { expand } from '../../../../pipeline/graph/expand.ts';
import { compileInterpreter } from '../../../../pipeline/graph/interpret.ts';
import { createGraph, reachable } from '../../../../pipeline/graph/ir.ts';
import { writeOnnx } from '../../../../pipeline/graph/onnx/write-onnx.ts';
import { dropoutMask, input, attention as mixed } from '../../../../pipeline/graph/operations.ts';
import { openOnnxSession } from '../../../../runtimes/onnx/session.ts';
import { expectClose } from '../../../support/expect-close.ts';
import type { GoldenModel } from '../../../support/golden-models.ts';
import { goldenModels } from '../../../support/golden-models.ts';
import { usePlainBackend } from '../model/plain-backend.ts';

beforeAll(usePlainBackend);

const looking = Object.entries(goldenModels).filter(([, { attention }]) => attention.length > 0);

type Results = (name: string) => ArrayLike<number>;

function runPlainly({ logits, inputs, parameters }: GoldenModel): Results {
  const tensors = parameters.map(({ name, shape, values }) => [name, tf.tensor(values, [...shape])] as const);
  const feeds = { inputs, parameters: Object.fromEntries(tensors) };
  const results = compileInterpreter(withAttention({ logits: logits() })).run(feeds);
  return (name) => results[name].dataSync();
}

async function runOnOnnx({ logits, inputs, parameters }: GoldenModel): Promise<Results> {
  const values = new Map(parameters.map((tensor) => [tensor.name, tensor.values]));
  const session = await openOnnxSession(writeOnnx(withAttention({ logits: logits() }), { values }));
  const results = await session.run(inputs);
  await session.close();
  return (name) => results[name];
}

describe.each([
  ['plain TensorFlow.js', runPlainly],
  ['ONNX Runtime', runOnOnnx],
])('attention weights on %s', (_, run) => {
  it.each(looking)('are those of transformers, layer by layer and head by head: %s', async (_name, model) => {
    const valuesOf = await run(model);
    for (const [layer, weights] of model.attention.entries()) {
      expectClose(valuesOf(`attention.${layer}`), weights, 2e-6, `layer ${layer}`);
    }
    expectClose(valuesOf('logits'), model.expected, 1e-4, 'logits');
  });
});

describe('a graph whose attention is asked for', () => {
  it.each(looking)('computes no softmax twice: %s', (_, { logits, attention }) => {
    const outputs = withAttention({ logits: logits() });
    const names = attention.map((_layer, index) => `attention.${index}`);
    expect(Object.keys(outputs)).toEqual(['logits', ...names]);
    const computed = reachable(expand(Object.values(outputs))).map(({ operation }) => operation);
    expect(computed.filter((operation) => operation === 'softmax')).toHaveLength(attention.length);
  });

  it('tells what was looked at, and not what dropout left of it', () => {
    const graph = createGraph();
    const shape = [1, 1, 2, 2];
    const [query, key, value] = ['query', 'key', 'value'].map((name) => input(graph, name, shape));
    const mask = input(graph, 'mask', [1, 1, 1, 2]);
    const keep = dropoutMask(input(graph, 'seed', [2], 'int32'), { rate: 0.5, stream: 0, shape });
    const outputs = withAttention({ y: mixed({ query, key, value, mask, keep }) });
    expect(reachable([outputs['attention.0']]).map(({ operation }) => operation)).not.toContain(
      'dropoutMask',
    );
  });
});
