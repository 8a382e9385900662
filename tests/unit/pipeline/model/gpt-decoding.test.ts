import { describe, expect, it } from 'vitest';
import { createGraph } from '../../../../pipeline/graph/ir.ts';
import { writeOnnx } from '../../../../pipeline/graph/onnx/write-onnx.ts';
import type { GptConfig } from '../../../../pipeline/model/gpt-config.ts';
import { decodingStep, fillSlots } from '../../../../pipeline/model/gpt-decoding.ts';
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

const newCaches = (): Map<string, Float32Array> =>
  new Map(
    Array.from({ length: config.layers }, (_, layer) => [`key.${layer}`, `value.${layer}`])
      .flat()
      .map((name) => [name, new Float32Array(batchSize * config.heads * slots * size).fill(5)]),
  );

/** 0 up to a slot, for each text. */
const maskOf = (filled: readonly number[]): Float32Array =>
  Float32Array.from({ length: batchSize * slots }, (_, at) =>
    at % slots < filled[Math.floor(at / slots)] ? 0 : -1e9,
  );

describe('decoding with caches', () => {
  it('gives the logits of the whole text at once, whatever stands in slots that are not filled', async () => {
    const caches = newCaches();
    const file = writeOnnx(decodingStep(createGraph(), { config, batchSize, slots }), { values });
    const session = await openOnnxSession(file, { shared: caches });
    const expected = await logitsAtOnce();
    for (let position = 0; position < length; position += 1) {
      const results = await session.run({
        ids: Int32Array.of(ids[position], ids[length + position]),
        positions: Int32Array.of(position, position),
        mask: maskOf([position, position]),
      });
      const wanted = [position, length + position].flatMap((row) => [
        ...expected.subarray(row * 40, (row + 1) * 40),
      ]);
      expectClose(results.logits, wanted, 1e-4, `position ${position}`);
      const kept = Array.from({ length: batchSize }, () => ({ slot: position, count: 1 }));
      for (const [name, cache] of caches) {
        const fresh = Float32Array.from(results[`${name}.new`]);
        fillSlots(cache, fresh, { heads: config.heads, slots, size, length: 1, kept });
      }
    }
    await session.close();
  });

  it('gives them for several tokens at once, of texts that bring different counts', async () => {
    const caches = newCaches();
    const file = writeOnnx(decodingStep(createGraph(), { config, batchSize, slots, length: 4 }), { values });
    const session = await openOnnxSession(file, { shared: caches });
    const expected = await logitsAtOnce();
    const counts = [
      [4, 3],
      [2, 4],
    ];
    const filled = [0, 0];
    for (const of of counts) {
      const at = Array.from({ length: batchSize * 4 }, (_, index) => [Math.floor(index / 4), index % 4]);
      const results = await session.run({
        ids: Int32Array.from(at, ([text, place]) =>
          place < of[text] ? ids[text * length + filled[text] + place] : 0,
        ),
        positions: Int32Array.from(at, ([text, place]) => filled[text] + place),
        mask: maskOf(filled),
        last: Int32Array.from(of, (count, text) => text * 4 + count - 1),
      });
      const kept = of.map((count, text) => ({ slot: filled[text], count }));
      for (const [name, cache] of caches) {
        const fresh = Float32Array.from(results[`${name}.new`]);
        fillSlots(cache, fresh, { heads: config.heads, slots, size, length: 4, kept });
      }
      for (const [text, count] of of.entries()) filled[text] += count;
      const wanted = filled.flatMap((count, text) => {
        const row = text * length + count - 1;
        return [...expected.subarray(row * 40, (row + 1) * 40)];
      });
      expectClose(results.logits, wanted, 1e-4, `filled ${filled.join()}`);
    }
    await session.close();
  });
});

describe('fillSlots', () => {
  it('writes what is kept of each head of each text at its slots, and nothing else', () => {
    const cache = new Float32Array(2 * 2 * 3 * 2); // two texts, two heads, three slots, two numbers
    const fresh = Float32Array.from({ length: 2 * 2 * 2 * 2 }, (_, index) => index + 1);
    const kept = [
      { slot: 1, count: 2 },
      { slot: 0, count: 1 },
    ];
    fillSlots(cache, fresh, { heads: 2, slots: 3, size: 2, length: 2, kept });
    const rows = [
      [0, 0, 1, 2, 3, 4],
      [0, 0, 5, 6, 7, 8],
      [9, 10, 0, 0, 0, 0],
      [13, 14, 0, 0, 0, 0],
    ];
    expect([...cache]).toEqual(rows.flat());
  });
});
