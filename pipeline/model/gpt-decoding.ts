// GPT-2 a token at a time: keys and values of the tokens before are read from caches of fixed size, and only those of the
// new token are given back, so that nothing of the caches is copied. B texts, S slots, C channels, H heads, V vocabulary.
import type { Graph, Node } from '../graph/ir.ts';
import {
  add,
  concatenate,
  gather,
  input,
  matMul,
  multiply,
  reduceSum,
  slice,
  softmax,
} from '../graph/operations.ts';
import type { GptConfig } from './gpt-config.ts';
import type { Heads } from './gpt-graph.ts';
import { block, createGpt, head } from './gpt-graph.ts';

export interface DecodingOptions {
  readonly config: GptConfig;
  /** B */
  readonly batchSize: number;
  /** S: tokens that the caches hold, at most one less than the model's context length. */
  readonly slots: number;
}

/**
 * Predicts what follows one more token of each text. Inputs: `ids` [B] int32; `positions` [B] int32, counted from 0;
 * `mask` [B, 1, 1, S], 0 at slots that are filled and −1e9 at others; and for each layer n the caches `key.n` and
 * `value.n` [B, H, S, C/H].
 * @returns by name: `logits` [B, V], and of the new token `key.n.new` and `value.n.new` [B, H, 1, C/H]
 */
export function decodingStep(
  graph: Graph,
  { config, batchSize, slots }: DecodingOptions,
): Record<string, Node> {
  const model = createGpt(graph, { config, batchSize, length: 1 });
  const cacheShape = [batchSize, config.heads, slots, config.hiddenSize / config.heads];
  const mask = input(graph, 'mask', [batchSize, 1, 1, slots]);
  const place = gather(
    model.weight('transformer.wpe.weight'),
    input(graph, 'positions', [batchSize], 'int32'),
  );
  const token = gather(model.weight('transformer.wte.weight'), input(graph, 'ids', [batchSize], 'int32'));
  const outputs: Record<string, Node> = {};
  let hidden = add(token, place); // [B, C]
  for (let index = 0; index < config.layers; index += 1) {
    const past = {
      key: input(graph, `key.${index}`, cacheShape),
      value: input(graph, `value.${index}`, cacheShape),
      mask,
    };
    const mix = (heads: Heads): Node => {
      outputs[`key.${index}.new`] = heads.key;
      outputs[`value.${index}.new`] = heads.value;
      return mixWithPast(heads, past);
    };
    const states = hidden;
    hidden = graph.scoped(`layer ${index}`, () => block(model, index, { states, mix }));
  }
  return { ...outputs, logits: head(model, hidden) };
}

interface Past {
  readonly key: Node;
  readonly value: Node;
  readonly mask: Node;
}

/** One softmax over the scores of the caches and of the new token, computed apart. [B, H, 1, C/H] */
function mixWithPast({ query, key, value }: Heads, past: Past): Node {
  const before = add(matMul(query, past.key, { transposeB: true }), past.mask); // [B, H, 1, S]
  const own = reduceSum(multiply(query, key), [-1], true); // [B, H, 1, 1]
  const weights = softmax(concatenate([before, own], 3));
  const slots = before.shape[3];
  const part = (start: number, count: number): Node =>
    slice(weights, [0, 0, 0, start], [...before.shape.slice(0, 3), count]);
  return add(matMul(part(0, slots), past.value), multiply(part(slots, 1), value));
}

/**
 * Writes what a step gave into a cache.
 * @param cache [B, H, S, C/H], changed in place
 * @param fresh [B, H, 1, C/H]
 * @param at which of the S slots, and how many numbers a slot of a head has
 */
export function fillSlot(
  cache: Float32Array,
  fresh: Float32Array,
  { slot, slots, size }: { readonly slot: number; readonly slots: number; readonly size: number },
): void {
  for (let row = 0; row * size < fresh.length; row += 1) {
    cache.set(fresh.subarray(row * size, (row + 1) * size), (row * slots + slot) * size);
  }
}
