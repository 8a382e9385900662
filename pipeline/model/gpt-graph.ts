// GPT-2 (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.3) as Hugging Face lays
// it out: pre-layer-norm decoder, learned positions, GELU, and a head tied to the embedding.
// B batch, T time, C channels, H heads, V vocabulary.
import type { Graph, Node } from '../graph/ir.ts';
import {
  add,
  attention,
  constant,
  gather,
  gelu,
  input,
  matMul,
  reshape,
  scale,
  slice,
  transpose,
} from '../graph/operations.ts';
import type { GptConfig } from './gpt-config.ts';
import type { ParameterLayout, Row } from './layout.ts';
import { layOut } from './layout.ts';
import type { Lora } from './lora.ts';
import { adapterChange, adapts, loraLayout } from './lora.ts';
import type { Parts } from './parts.ts';
import { createParts } from './parts.ts';

/** Deviation of weights at the start; those that write into the residual stream have it divided by √(2 · layers). */
const deviation = 0.02;

/** @returns every parameter of the model, embeddings first, under the names of GPT2LMHeadModel. */
export function gptLayout(config: GptConfig): ParameterLayout {
  const { vocabularySize, contextLength, hiddenSize, layers } = config;
  return layOut([
    ['transformer.wte.weight', [vocabularySize, hiddenSize], deviation],
    ['transformer.wpe.weight', [contextLength, hiddenSize], deviation],
    ...Array.from({ length: layers }, (_, index) => layerRows(config, `transformer.h.${index}`)).flat(),
    ...layerNormRows('transformer.ln_f', hiddenSize),
  ]);
}

const layerNormRows = (name: string, size: number): Row[] => [
  [`${name}.weight`, [size], 'ones'],
  [`${name}.bias`, [size], 0],
];

/** Weights are [inputs, outputs], as in GPT-2's own code. */
function layerRows({ hiddenSize, intermediateSize, layers }: GptConfig, name: string): Row[] {
  const residual = deviation / Math.sqrt(2 * layers);
  const linear = (part: string, shape: readonly [number, number], initial: number): Row[] => [
    [`${name}.${part}.weight`, shape, initial],
    [`${name}.${part}.bias`, [shape[1]], 0],
  ];
  return [
    ...layerNormRows(`${name}.ln_1`, hiddenSize),
    ...linear('attn.c_attn', [hiddenSize, 3 * hiddenSize], deviation),
    ...linear('attn.c_proj', [hiddenSize, hiddenSize], residual),
    ...layerNormRows(`${name}.ln_2`, hiddenSize),
    ...linear('mlp.c_fc', [hiddenSize, intermediateSize], deviation),
    ...linear('mlp.c_proj', [intermediateSize, hiddenSize], residual),
  ];
}

export interface GptOptions {
  readonly config: GptConfig;
  /** B: texts. */
  readonly batchSize: number;
  /** T: tokens of each, at most the model's context length. */
  readonly length: number;
  /** Share of the numbers that are zeroed while training, with the input `seed`; 0 or absent: none. */
  readonly dropout?: number;
  /** Adapters beside some of the weights; absent: none. */
  readonly lora?: Lora | undefined;
}

/** A model in the making. */
export interface Gpt extends GptOptions, Parts {
  readonly graph: Graph;
}

/**
 * Predicts the next token at every position. Inputs: `ids` [B × T] int32; `seed` [2] int32 where there is dropout.
 * @returns logits [B × T, V]
 */
export function nextTokenLogits(graph: Graph, options: GptOptions): Node {
  const model = createGpt(graph, options);
  const { config, length } = options;
  let hidden = graph.scoped('embeddings', () => embed(model)); // [B × T, C]
  const causal = constant(graph, causalMask(length), [1, 1, length, length]);
  for (let index = 0; index < config.layers; index += 1) {
    const states = hidden;
    hidden = graph.scoped(`layer ${index}`, () =>
      block(model, index, { states, mix: (heads) => mixCausally(model, heads, causal) }),
    );
  }
  return head(model, hidden);
}

/** [N, C] → [N, V] */
export function head(model: Gpt, hidden: Node): Node {
  const normal = model.normalize('transformer.ln_f', hidden);
  return matMul(normal, model.weight('transformer.wte.weight'), { transposeB: true });
}

export function createGpt(graph: Graph, options: GptOptions): Gpt {
  const { config, dropout = 0, lora } = options;
  const { layerNormEpsilon } = config;
  const base = gptLayout(config);
  const adapters = lora === undefined ? [] : loraLayout(base, lora).entries;
  const layout = { entries: [...base.entries, ...adapters] };
  return {
    ...options,
    graph,
    ...createParts(graph, { layout, layerNormEpsilon, dropout }),
  };
}

/** [T, T]: 0 up to the present token, and so low a score after it that softmax makes it 0. */
export function causalMask(length: number): Float32Array {
  return Float32Array.from({ length: length * length }, (_, index) =>
    index % length > Math.floor(index / length) ? -1e9 : 0,
  );
}

function embed(model: Gpt): Node {
  const { graph, config, batchSize, length } = model;
  const { hiddenSize } = config;
  const ids = input(graph, 'ids', [batchSize * length], 'int32');
  const tokens = reshape(gather(model.weight('transformer.wte.weight'), ids), [
    batchSize,
    length,
    hiddenSize,
  ]);
  const places = slice(model.weight('transformer.wpe.weight'), [0, 0], [length, hiddenSize]);
  return model.dropped(reshape(add(tokens, places), [batchSize * length, hiddenSize]));
}

/** Of one layer's attention, [B, H, T, C/H] each; queries are divided by √(C/H). */
export interface Heads {
  readonly query: Node;
  readonly key: Node;
  readonly value: Node;
}

export interface BlockInput {
  /** [B × T, C] */
  readonly states: Node;
  /** What attention makes of its heads. [B, H, T, C/H] */
  readonly mix: (heads: Heads) => Node;
}

/** One layer. [B × T, C] */
export function block(model: Gpt, index: number, { states, mix }: BlockInput): Node {
  const name = `transformer.h.${index}`;
  const mixed = attend(model, `${name}.attn`, { states: model.normalize(`${name}.ln_1`, states), mix });
  const attended = add(states, model.dropped(mixed));
  const expanded = linear(model, `${name}.mlp.c_fc`, model.normalize(`${name}.ln_2`, attended)); // [B × T, 4C]
  const contracted = linear(model, `${name}.mlp.c_proj`, gelu(expanded, model.config.geluApproximation));
  return add(attended, model.dropped(contracted));
}

function attend(model: Gpt, name: string, { states, mix }: BlockInput): Node {
  const { batchSize, length } = model;
  const { heads, hiddenSize } = model.config;
  const size = hiddenSize / heads;
  const part = split(linear(model, `${name}.c_attn`, states), model);
  const mixed = mix({ query: scale(part(0), 1 / Math.sqrt(size)), key: part(1), value: part(2) });
  const byToken = length === 1 ? mixed : transpose(mixed, [0, 2, 1, 3]);
  const rows = reshape(byToken, [batchSize * length, hiddenSize]);
  return linear(model, `${name}.c_proj`, rows);
}

/** Queries, keys or values of all heads. [B × T, 3C] → [B, H, T, C/H] */
function split(packed: Node, { batchSize, length, config }: Gpt): (index: number) => Node {
  const { heads, hiddenSize } = config;
  const shape = [batchSize, heads, length, hiddenSize / heads];
  if (length === 1) {
    // Of one token they stand in that order already, which saves six operations a layer where each counts.
    const all = reshape(packed, [batchSize, 3 * heads, 1, shape[3]]);
    return (index) => slice(all, [0, index * heads, 0, 0], shape);
  }
  const byHead = transpose(reshape(packed, [batchSize, length, 3, heads, shape[3]]), [2, 0, 3, 1, 4]);
  return (index) => reshape(slice(byHead, [index, 0, 0, 0, 0], [1, ...shape]), shape);
}

/** Each position attends to itself and those before. */
function mixCausally({ batchSize, config, length, mask }: Gpt, heads: Heads, causal: Node): Node {
  return attention({ ...heads, mask: causal, keep: mask([batchSize, config.heads, length, length]) });
}

function linear(model: Gpt, name: string, x: Node): Node {
  const y = add(matMul(x, model.weight(`${name}.weight`)), model.weight(`${name}.bias`));
  return adapts(model.lora, name) ? add(y, adapterChange(model, name, { x, lora: model.lora })) : y;
}
