// BERT (Devlin et al. 2019, arXiv:1810.04805) as Hugging Face lays it out: post-layer-norm encoder, learned positions,
// token types, exact GELU; on it a tanh pooler with a classifier, a classifier on every token, or the
// masked-language-model head tied to the embedding.
// B batch, T time, Q query rows a document (T, or 1 where only the first token is wanted), C channels, H heads, V vocabulary.
import type { Graph, Node } from '../graph/ir.ts';
import {
  add,
  attention,
  gather,
  gelu,
  input,
  matMul,
  reshape,
  scale,
  slice,
  tanh,
  transpose,
} from '../graph/operations.ts';
import type { BertConfig } from './config.ts';
import { parameterLayout } from './layout.ts';
import type { Parts } from './parts.ts';
import { createParts } from './parts.ts';

/** The shape of what is computed at once. */
export interface BertShape {
  /** B: documents. */
  readonly batchSize: number;
  /** T: tokens of each, padding included; at most the model's context length. */
  readonly length: number;
}

export interface BertOptions extends BertShape {
  readonly config: BertConfig;
  /** Share of the numbers that are zeroed while training, with the input `seed`; 0 or absent: none. */
  readonly dropout?: number;
  /** A classifier's last layer needs the first token's query only; true: it has all of them, to be looked at. */
  readonly allQueries?: boolean;
}

/** A model in the making. */
interface Bert extends BertShape, Parts {
  readonly graph: Graph;
  readonly config: BertConfig;
}

/**
 * Classifies documents. Inputs: `ids` [B × T] int32; `mask` [B, 1, 1, T], 0 at tokens and −1e9 at padding; `seed` [2]
 * int32 where there is dropout.
 * @returns logits [B, K]
 */
export function classifierLogits(graph: Graph, options: BertOptions): Node {
  const model = createBert(graph, options);
  const first = options.allQueries ? firstTokens(model, encode(model, 'all')) : encode(model, 'first');
  const pooled = tanh(linear(model, 'bert.pooler.dense', first));
  return linear(model, 'classifier', model.dropped(pooled));
}

/**
 * Classifies every token, padding included. Inputs: as `classifierLogits`.
 * @returns logits [B × T, K]
 */
export function tokenClassLogits(graph: Graph, options: BertOptions): Node {
  const model = createBert(graph, options);
  return linear(model, 'classifier', model.dropped(encode(model, 'all')));
}

/**
 * The mean of the last hidden states over the tokens of each document. Inputs: as `classifierLogits`, and `shares` [B, 1, T],
 * of each token the same, padding none, 1 in all.
 * @returns [B, C]
 */
export function meanStates(graph: Graph, options: BertOptions): Node {
  const model = createBert(graph, options);
  const { batchSize, length, config } = model;
  const states = reshape(encode(model, 'all'), [batchSize, length, config.hiddenSize]);
  return reshape(matMul(input(graph, 'shares', [batchSize, 1, length]), states), [
    batchSize,
    config.hiddenSize,
  ]);
}

/**
 * Predicts the tokens at some positions. Inputs: as `classifierLogits`, and `positions` [M] int32, row × T + column.
 * @param positions M
 * @returns logits [M, V]
 */
export function maskedTokenLogits(graph: Graph, options: BertOptions, positions: number): Node {
  const model = createBert(graph, options);
  const hidden = gather(encode(model, 'all'), input(graph, 'positions', [positions], 'int32')); // [M, C]
  const transformed = model.normalize(
    'cls.predictions.transform.LayerNorm',
    gelu(linear(model, 'cls.predictions.transform.dense', hidden)),
  );
  const embedding = model.weight('bert.embeddings.word_embeddings.weight');
  return add(matMul(transformed, embedding, { transposeB: true }), model.weight('cls.predictions.bias'));
}

function createBert(graph: Graph, { config, batchSize, length, dropout = 0 }: BertOptions): Bert {
  const { layerNormEpsilon } = config;
  const parts = createParts(graph, { layout: parameterLayout(config), layerNormEpsilon, dropout });
  return { graph, config, batchSize, length, ...parts };
}

/**
 * Runs the encoder.
 * @param wanted `all` tokens, or only the `first` of each document: then the last layer, which needs keys and values
 * of all tokens but a single query, costs a fraction, and the numbers are the same
 * @returns [B × Q, C]
 */
function encode(model: Bert, wanted: 'all' | 'first'): Node {
  const { graph, batchSize, length, config } = model;
  const mask = input(graph, 'mask', [batchSize, 1, 1, length]);
  let hidden = graph.scoped('embeddings', () => embed(model)); // [B × T, C]
  for (let index = 0; index < config.layers; index += 1) {
    const last = index === config.layers - 1;
    const queries = last && wanted === 'first' ? firstTokens(model, hidden) : hidden;
    const states = hidden;
    hidden = graph.scoped(`layer ${index}`, () =>
      encoderLayer(model, `bert.encoder.layer.${index}`, { queries, hidden: states, mask }),
    );
  }
  return hidden;
}

function embed(model: Bert): Node {
  const { graph, batchSize, length, config } = model;
  const name = 'bert.embeddings';
  const row = (table: string, count: number): Node =>
    slice(model.weight(`${name}.${table}.weight`), [0, 0], [count, config.hiddenSize]);
  const ids = input(graph, 'ids', [batchSize * length], 'int32');
  const tokens = gather(model.weight(`${name}.word_embeddings.weight`), ids); // [B × T, C]
  const places = add(row('position_embeddings', length), row('token_type_embeddings', 1)); // one segment: type 0
  const sum = add(reshape(tokens, [batchSize, length, config.hiddenSize]), places);
  const rows = reshape(sum, [batchSize * length, config.hiddenSize]);
  return model.dropped(model.normalize(`${name}.LayerNorm`, rows));
}

/** [B × T, C] → [B, C] */
function firstTokens({ batchSize, length, config }: Bert, hidden: Node): Node {
  const documents = reshape(hidden, [batchSize, length * config.hiddenSize]);
  return slice(documents, [0, 0], [batchSize, config.hiddenSize]);
}

interface LayerInput {
  /** [B × Q, C]: the rows that are wanted of the next state. */
  readonly queries: Node;
  /** [B × T, C]: the rows that are attended to. */
  readonly hidden: Node;
  readonly mask: Node;
}

function encoderLayer(model: Bert, name: string, layerInput: LayerInput): Node {
  const mixed = attend(model, `${name}.attention.self`, layerInput);
  const attended = model.dropped(linear(model, `${name}.attention.output.dense`, mixed));
  const middle = model.normalize(`${name}.attention.output.LayerNorm`, add(attended, layerInput.queries));
  const expanded = gelu(linear(model, `${name}.intermediate.dense`, middle)); // [B × Q, 4C]
  const contracted = model.dropped(linear(model, `${name}.output.dense`, expanded));
  return model.normalize(`${name}.output.LayerNorm`, add(contracted, middle));
}

/** Multi-head attention of the wanted rows over all. [B × Q, C] */
function attend(model: Bert, name: string, { queries, hidden, mask }: LayerInput): Node {
  const { batchSize, length } = model;
  const { heads, hiddenSize } = model.config;
  const size = hiddenSize / heads;
  const rows = queries.shape[0] / batchSize;
  const split = (part: string, x: Node): Node => {
    const projected = linear(model, `${name}.${part}`, x);
    return transpose(reshape(projected, [batchSize, x.shape[0] / batchSize, heads, size]), [0, 2, 1, 3]);
  };
  const mixed = attention({
    query: scale(split('query', queries), 1 / Math.sqrt(size)),
    key: split('key', hidden),
    value: split('value', hidden),
    mask,
    keep: model.mask([batchSize, heads, rows, length]),
  }); // [B, H, Q, C/H]
  return reshape(transpose(mixed, [0, 2, 1, 3]), [queries.shape[0], hiddenSize]);
}

/** Multiplies by a weight in PyTorch's layout, [outputs, inputs], and adds a bias. */
function linear(model: Bert, name: string, x: Node): Node {
  const product = matMul(x, model.weight(`${name}.weight`), { transposeB: true });
  return add(product, model.weight(`${name}.bias`));
}

/** [B, 1, 1, T]: 0 where there is a token, and so low a score that softmax makes it 0 where there is padding. */
export function attentionMask(lengths: ArrayLike<number>, length: number): Float32Array {
  const mask = new Float32Array(lengths.length * length);
  for (let row = 0; row < lengths.length; row += 1) {
    mask.fill(-1e9, row * length + lengths[row], (row + 1) * length);
  }
  return mask;
}
