// GPT-2 a few tokens at a time: keys and values of the tokens before are read from caches of fixed size, and only those of
// the new tokens are given back, so that nothing of the caches is copied. B texts, T new tokens of each, S slots, C channels,
// H heads, V vocabulary.
import type { Graph, Node } from '../graph/ir.ts';
import {
  add,
  concatenate,
  constant,
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
import { block, causalMask, createGpt, head } from './gpt-graph.ts';

export interface DecodingOptions {
  readonly config: GptConfig;
  /** B */
  readonly batchSize: number;
  /** S: tokens that the caches hold. */
  readonly slots: number;
  /** T: new tokens of each text, 1 by default. */
  readonly length?: number;
}

/**
 * Predicts what follows the next tokens of each text. Inputs: `ids` [B × T] int32; `positions` [B × T] int32, counted from
 * 0; `mask` [B, 1, 1, S], 0 at slots that are filled and −1e9 at others; for each layer n the caches `key.n` and `value.n`
 * [B, H, S, C/H]; and where T is above 1 `last` [B] int32, which rows of [B × T] are followed by what is predicted.
 * Tokens after those change nothing, so that a text may bring fewer than T.
 * @returns by name: `logits` [B, V], and of the new tokens `key.n.new` and `value.n.new` [B, H, T, C/H]
 */
export function decodingStep(
  graph: Graph,
  { config, batchSize, slots, length = 1 }: DecodingOptions,
): Record<string, Node> {
  const model = createGpt(graph, { config, batchSize, length });
  const cacheShape = [batchSize, config.heads, slots, config.hiddenSize / config.heads];
  const mask = input(graph, 'mask', [batchSize, 1, 1, slots]);
  const rows = [batchSize * length];
  const place = gather(model.weight('transformer.wpe.weight'), input(graph, 'positions', rows, 'int32'));
  const token = gather(model.weight('transformer.wte.weight'), input(graph, 'ids', rows, 'int32'));
  const outputs: Record<string, Node> = {};
  let hidden = add(token, place); // [B × T, C]
  for (let index = 0; index < config.layers; index += 1) {
    const past = {
      key: input(graph, `key.${index}`, cacheShape),
      value: input(graph, `value.${index}`, cacheShape),
      mask,
    };
    const mix = (heads: Heads): Node => {
      outputs[`key.${index}.new`] = heads.key;
      outputs[`value.${index}.new`] = heads.value;
      return length === 1 ? mixOne(heads, past) : mixSeveral(heads, past);
    };
    const states = hidden;
    hidden = graph.scoped(`layer ${index}`, () => block(model, index, { states, mix }));
  }
  const last = length === 1 ? hidden : gather(hidden, input(graph, 'last', [batchSize], 'int32')); // [B, C]
  return { ...outputs, logits: head(model, last) };
}

interface Past {
  readonly key: Node;
  readonly value: Node;
  readonly mask: Node;
}

/** One softmax over the scores of the caches and of the new token, computed apart. [B, H, 1, C/H] */
function mixOne({ query, key, value }: Heads, past: Past): Node {
  const own = reduceSum(multiply(query, key), [-1], true); // [B, H, 1, 1]
  const weights = weightsOf(query, past, own);
  return add(matMul(weights.past, past.value), multiply(weights.own, value));
}

/** The same where each new token also attends to the new ones before it. [B, H, T, C/H] */
function mixSeveral({ query, key, value }: Heads, past: Past): Node {
  const length = query.shape[2];
  const causal = constant(query.graph, causalMask(length), [1, 1, length, length]);
  const own = add(matMul(query, key, { transposeB: true }), causal); // [B, H, T, T]
  const weights = weightsOf(query, past, own);
  return add(matMul(weights.past, past.value), matMul(weights.own, value));
}

/** @returns the shares of attention that fall to the caches and to the new tokens, [B, H, T, S] and [B, H, T, T] */
function weightsOf(query: Node, past: Past, own: Node): { readonly past: Node; readonly own: Node } {
  const before = add(matMul(query, past.key, { transposeB: true }), past.mask); // [B, H, T, S]
  const weights = softmax(concatenate([before, own], 3));
  const part = (start: number, like: Node): Node => slice(weights, [0, 0, 0, start], like.shape);
  return { past: part(0, before), own: part(before.shape[3], own) };
}

/** Which of the new tokens of a text are kept, and where. */
export interface Kept {
  /** The first slot, and how many from there on. */
  readonly slot: number;
  readonly count: number;
}

/**
 * Writes what a step gave into a cache.
 * @param cache [B, H, S, C/H], changed in place
 * @param fresh [B, H, T, C/H]
 * @param shape of the cache, T, and what of each text is kept
 */
export function fillSlots(
  cache: Float32Array,
  fresh: Float32Array,
  {
    heads,
    slots,
    size,
    length,
    kept,
  }: {
    readonly heads: number;
    readonly slots: number;
    readonly size: number;
    readonly length: number;
    /** [B] */
    readonly kept: readonly Kept[];
  },
): void {
  for (let text = 0; text < kept.length; text += 1) {
    const { slot, count } = kept[text];
    for (let row = text * heads; row < (text + 1) * heads; row += 1) {
      const to = (row * slots + slot) * size;
      const from = row * length * size;
      // A loop: of so few numbers, `set` takes longer to begin than to copy.
      for (let index = 0; index < count * size; index += 1) cache[to + index] = fresh[from + index];
    }
  }
}
