// Texts in the making on ONNX Runtime. The caches of keys and values are read where they stand, and grow in place by what
// is new; nothing of them is copied. Prompts go in by parts of several tokens, then a token at a time.

import type { Decoder } from '../../pipeline/generation/decoder.ts';
import { createGraph } from '../../pipeline/graph/ir.ts';
import { writeOnnx } from '../../pipeline/graph/onnx/write-onnx.ts';
import { decodingStep, fillSlots } from '../../pipeline/model/gpt-decoding.ts';
import type { GptModel } from '../../pipeline/model/gpt-files.ts';
import { namedTensors } from '../../pipeline/model/layout.ts';
import type { OnnxSession } from './session.ts';
import { openOnnxSession } from './session.ts';

export interface OnnxDecoder extends Decoder {
  /** Forgets all texts. */
  readonly reset: () => void;
  readonly close: () => Promise<void>;
}

export interface DecoderOptions {
  /** B */
  readonly rows: number;
  /** Tokens of a text that can be looked back at: its last one need not fit. */
  readonly slots: number;
  /** Threads that share one operation; one is as fast, but for large models. */
  readonly threads: number;
}

/** Tokens of a prompt that go in at once: enough for products of matrices, few enough that padding costs little. */
const PART = 32;

/** Weights of larger models are shared by sessions; up to this, each has a copy that is packed for its products. */
const MAXIMUM_COPIED_BYTES = 16_000_000;

/** A score that softmax makes 0. */
const EMPTY = -1e9;

export async function openOnnxDecoder(model: GptModel, options: DecoderOptions): Promise<OnnxDecoder> {
  const { config } = model;
  const { rows, slots } = options;
  const size = config.hiddenSize / config.heads;
  const caches = new Map<string, Float32Array>();
  for (let layer = 0; layer < config.layers; layer += 1) {
    for (const kind of ['key', 'value']) {
      caches.set(`${kind}.${layer}`, new Float32Array(rows * config.heads * slots * size));
    }
  }
  const mask = new Float32Array(rows * slots).fill(EMPTY);
  let filled = Array.from({ length: rows }, () => 0);
  const shared = new Map([...caches, ['mask', mask]]);
  const partLength = Math.min(PART, config.contextLength);
  const one = await openStep(model, { ...options, length: 1, shared });
  let part: OnnxSession | undefined;

  const step = async (tokens: readonly (readonly number[])[], length: number): Promise<Float32Array> => {
    if (length > 1) part ??= await openStep(model, { ...options, length, shared });
    const session = length > 1 && part !== undefined ? part : one;
    const results = await session.run(inputsOf(tokens, { length, filled, last: config.contextLength - 1 }));
    const kept = tokens.map(({ length: count }, row) => ({
      slot: filled[row],
      count: Math.min(count, slots - filled[row]),
    }));
    const shape = { heads: config.heads, slots, size, length, kept };
    for (const [name, cache] of caches) fillSlots(cache, results[`${name}.new`] as Float32Array, shape);
    for (const [row, { slot, count }] of kept.entries()) {
      mask.fill(0, row * slots + slot, row * slots + slot + count);
      filled[row] += tokens[row].length;
    }
    return results.logits as Float32Array;
  };
  const feed = async (tokens: readonly (readonly number[])[]): Promise<Float32Array> => {
    refuseTooMany(tokens, filled, options);
    const longest = Math.max(...tokens.map(({ length }) => length));
    if (longest <= 1) return step(tokens, 1);
    const logits = new Float32Array(rows * config.vocabularySize);
    for (let from = 0; from < longest; from += partLength) {
      const parts = tokens.map((ids) => ids.slice(from, from + partLength));
      const found = await step(parts, Math.min(longest - from, partLength) > 1 ? partLength : 1);
      for (const [row, { length }] of parts.entries()) {
        const at = row * config.vocabularySize;
        if (length > 0) logits.set(found.subarray(at, at + config.vocabularySize), at);
      }
    }
    return logits;
  };
  const reorder = (parents: readonly number[]): void => {
    if (parents.every((parent, row) => parent === row)) return;
    for (const values of [...caches.values(), mask]) copyRows(values, parents);
    filled = parents.map((parent) => filled[parent]);
  };
  const reset = (): void => {
    filled.fill(0);
    mask.fill(EMPTY);
  };
  const close = async (): Promise<void> => {
    await one.close();
    await part?.close();
  };
  const { vocabularySize, contextLength } = config;
  return { rows, vocabularySize, contextLength, feed, reorder, reset, close };
}

interface StepOptions extends DecoderOptions {
  readonly length: number;
  /** The caches and their mask. */
  readonly shared: ReadonlyMap<string, Float32Array>;
}

function openStep(
  { config, layout, parameters }: GptModel,
  { rows, slots, threads, length, shared }: StepOptions,
): Promise<OnnxSession> {
  const outputs = decodingStep(createGraph(), { config, batchSize: rows, slots, length });
  const values = new Map(namedTensors(layout, parameters).map((tensor) => [tensor.name, tensor.values]));
  return parameters.byteLength <= MAXIMUM_COPIED_BYTES
    ? openOnnxSession(writeOnnx(outputs, { values }), { shared, threads })
    : openOnnxSession(writeOnnx(outputs, 'fed'), { shared: new Map([...shared, ...values]), threads });
}

interface Place {
  /** T */
  readonly length: number;
  /** [B] tokens of each text so far. */
  readonly filled: readonly number[];
  /** The last position that a text may have. */
  readonly last: number;
}

function inputsOf(
  tokens: readonly (readonly number[])[],
  { length, filled, last }: Place,
): Record<'ids' | 'positions' | 'last', Int32Array> {
  const ids = new Int32Array(tokens.length * length);
  const positions = new Int32Array(tokens.length * length);
  const lasts = new Int32Array(tokens.length);
  for (const [row, own] of tokens.entries()) {
    ids.set(own, row * length);
    for (let place = 0; place < length; place += 1) {
      positions[row * length + place] = Math.min(filled[row] + place, last); // of padding any will do
    }
    lasts[row] = row * length + Math.max(0, own.length - 1);
  }
  return { ids, positions, last: lasts };
}

/** Only the last token of a text may be one that no slot is left for, since nothing looks back at it. */
function refuseTooMany(
  tokens: readonly (readonly number[])[],
  filled: readonly number[],
  { rows, slots }: DecoderOptions,
): void {
  const row = tokens.findIndex(({ length }, index) => length > 0 && filled[index] + length > slots + 1);
  if (tokens.length === rows && row < 0) return;
  throw new RangeError(
    row < 0
      ? `expected ${rows} rows, got ${tokens.length}`
      : `row ${row}: ${filled[row] + tokens[row].length} tokens do not fit ${slots} slots`,
  );
}

function copyRows(values: Float32Array, parents: readonly number[]): void {
  const size = values.length / parents.length;
  const before = values.slice();
  for (const [row, parent] of parents.entries()) {
    if (parent !== row) values.set(before.subarray(parent * size, (parent + 1) * size), row * size);
  }
}
