// Texts in the making, on whatever runs a graph. The caches of keys and values are read where they stand, and grow in
// place by what is new; nothing of them is copied. Prompts go in by parts of several tokens, then a token at a time.
import type { Node } from '../graph/ir.ts';
import { createGraph } from '../graph/ir.ts';
import type { GptConfig } from '../model/gpt-config.ts';
import { decodingStep, fillSlots } from '../model/gpt-decoding.ts';
import type { Decoder } from './decoder.ts';

export interface CachedDecoder extends Decoder {
  /** Forgets all texts. */
  readonly reset: () => void;
  readonly close: () => Promise<void>;
}

export interface CacheShape {
  /** B */
  readonly rows: number;
  /** Tokens of a text that can be looked back at: its last one need not fit. */
  readonly slots: number;
}

/** A graph at work. */
export interface GraphSession {
  readonly run: (
    inputs: Readonly<Record<string, Float32Array | Int32Array>>,
  ) => Promise<Readonly<Record<string, Float32Array | Int32Array>>>;
  readonly close: () => Promise<void>;
}

/**
 * @param outputs what is asked of the graph, by name
 * @param shared inputs that are read, at each run, where they stand
 */
export type OpenGraph = (
  outputs: Readonly<Record<string, Node>>,
  shared: ReadonlyMap<string, Float32Array>,
) => Promise<GraphSession>;

/** Tokens of a prompt that go in at once: enough for products of matrices, few enough that padding costs little. */
const PART = 32;

/** A score that softmax makes 0. */
const EMPTY = -1e9;

export async function openCachedDecoder(
  config: GptConfig,
  shape: CacheShape,
  open: OpenGraph,
): Promise<CachedDecoder> {
  const { rows, slots } = shape;
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
  const openStep = (length: number): Promise<GraphSession> =>
    open(decodingStep(createGraph(), { config, batchSize: rows, slots, length }), shared);
  const one = await openStep(1);
  let part: GraphSession | undefined;

  const step = async (tokens: readonly (readonly number[])[], length: number): Promise<Float32Array> => {
    if (length > 1) part ??= await openStep(length);
    const session = length > 1 && part !== undefined ? part : one;
    const results = await session.run(inputsOf(tokens, { length, filled, last: config.contextLength - 1 }));
    const kept = tokens.map(({ length: count }, row) => ({
      slot: filled[row],
      count: Math.min(count, slots - filled[row]),
    }));
    const places = { heads: config.heads, slots, size, length, kept };
    for (const [name, cache] of caches) fillSlots(cache, results[`${name}.new`] as Float32Array, places);
    for (const [row, { slot, count }] of kept.entries()) {
      mask.fill(0, row * slots + slot, row * slots + slot + count);
      filled[row] += tokens[row].length;
    }
    return results.logits as Float32Array;
  };
  const feed = async (tokens: readonly (readonly number[])[]): Promise<Float32Array> => {
    refuseTooMany(tokens, filled, shape);
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
  { rows, slots }: CacheShape,
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
