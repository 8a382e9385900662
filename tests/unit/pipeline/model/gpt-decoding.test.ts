import { describe, expect, it } from 'vitest';
import { createGraph } from '../../../../pipeline/graph/ir.ts';
import { writeOnnx } from '../../../../pipeline/graph/onnx/write-onnx.ts';
import type { GptConfig } from '../../../../pipeline/model/gpt-config.ts';
import { decodingStep, fillSlot } from '../../../../pipeline/model/gpt-decoding.ts';
import { gptLayout, nextTokenLogits } from '../../../../pipeline/model/gpt-graph.ts';
import { initialParameters, namedTensors } from '../../../../pipeline/model/layout.ts';
import { openOnnxSession } from '../../../../runtimes/onnx/session.ts';
import { expectClose } from '../../../support/expect-close.ts';

const config: GptConfig = {
  vocabularySize: 40,
  hiddenSize: 24,
  layers: 3,
  heads: 3,
  intermediateSize: 48,
  contextLength: 12,
  layerNormEpsilon: 1e-5,
  geluApproximation: 'tanh',
  dropout: 0,
};
const [batchSize, length, slots] = [2, 7, 9];
const size = config.hiddenSize / config.heads;

const layout = gptLayout(config);
const flat = initialParameters(layout, 1).map((value) => value * 10); // so that tokens before matter
const values = new Map(namedTensors(layout, flat).map((tensor) => [tensor.name, tensor.values]));
const ids = Int32Array.from({ length: batchSize * length }, (_, index) => (index * 17 + 3) % 40);

/** Logits of all positions, computed at once. [B × T, V] */
async function logitsAtOnce(): Promise<Float32Array> {
  const logits = nextTokenLogits(createGraph(), { config, batchSize, length });
  const session = await openOnnxSession(writeOnnx({ logits }, { values }));
  const results = await session.run({ ids });
  await session.close();
  return Float32Array.from(results.logits);
}

describe('decoding a token at a time', () => {
  it('gives the logits of the whole text at once, whatever stands in slots that are not filled', async () => {
    const caches = new Map(
      Array.from({ length: config.layers }, (_, layer) => [`key.${layer}`, `value.${layer}`])
        .flat()
        .map((name) => [name, new Float32Array(batchSize * config.heads * slots * size).fill(5)]),
    );
    const file = writeOnnx(decodingStep(createGraph(), { config, batchSize, slots }), { values });
    const session = await openOnnxSession(file, { shared: caches });
    const expected = await logitsAtOnce();
    for (let position = 0; position < length; position += 1) {
      const results = await session.run({
        ids: Int32Array.of(ids[position], ids[length + position]),
        positions: Int32Array.of(position, position),
        mask: Float32Array.from({ length: batchSize * slots }, (_, at) => (at % slots < position ? 0 : -1e9)),
      });
      const wanted = [position, length + position].flatMap((row) => [
        ...expected.subarray(row * 40, (row + 1) * 40),
      ]);
      expectClose(results.logits, wanted, 1e-4, `position ${position}`);
      for (const [name, cache] of caches) {
        fillSlot(cache, Float32Array.from(results[`${name}.new`]), { slot: position, slots, size });
      }
    }
    await session.close();
  });
});

describe('fillSlot', () => {
  it('writes each head of each text at its slot, and nothing else', () => {
    const cache = new Float32Array(2 * 3 * 2); // two heads, three slots, two numbers
    fillSlot(cache, Float32Array.of(1, 2, 3, 4), { slot: 1, slots: 3, size: 2 });
    expect([...cache]).toEqual([0, 0, 1, 2, 0, 0, 0, 0, 3, 4, 0, 0]);
  });
});
