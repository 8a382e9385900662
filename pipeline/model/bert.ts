// BERT (Devlin et al. 2019, arXiv:1810.04805) as Hugging Face lays it out: post-layer-norm encoder, learned positions,
// token types, exact GELU, a tanh pooler with a classifier, and the masked-language-model head tied to the embedding.
// B batch, T time, Q query rows a document (T, or 1 where only the first token is wanted), C channels, H heads, V vocabulary.
import * as tf from '@tensorflow/tfjs';
import type { BertConfig } from './config.ts';
import { embedding, gelu, layerNorm, linear } from './layers.ts';
import type { Parameters } from './layout.ts';

/** Documents as token ids, padded to one length. */
export interface TokenBatch {
  /** [batchSize × length], row-major; whatever stands behind a row's length is ignored. */
  readonly ids: Int32Array;
  /** Tokens of each row, in [1, length]. */
  readonly lengths: Int32Array;
  readonly batchSize: number;
  /** T: at most the model's context length. */
  readonly length: number;
}

/** Zeroes a share of a tensor's numbers and scales the others up; the identity when not training. */
export type Dropout = <T extends tf.Tensor>(x: T) => T;

/** A model with its parameters, ready for a forward pass. */
export interface Bert {
  readonly config: BertConfig;
  readonly parameters: Parameters;
  readonly dropout: Dropout;
}

/** Leaves everything as it is: for inference. */
export const noDropout: Dropout = (x) => x;

/**
 * Classifies documents.
 * @returns logits [B, K]
 */
export function classify(model: Bert, batch: TokenBatch): tf.Tensor2D {
  const first = encode(model, batch, 'first');
  const pooled = tf.tanh(apply(model, 'bert.pooler.dense', first));
  return apply(model, 'classifier', model.dropout(pooled));
}

/**
 * Predicts the tokens at some positions.
 * @param positions [M] int32, row × T + column
 * @returns logits [M, V]
 */
export function predictTokens(model: Bert, batch: TokenBatch, positions: tf.Tensor1D): tf.Tensor2D {
  const { parameters } = model;
  const hidden = embedding(encode(model, batch, 'all'), positions); // [M, C]
  const transformed = normalize(
    model,
    'cls.predictions.transform.LayerNorm',
    gelu(apply(model, 'cls.predictions.transform.dense', hidden)),
  );
  return linear(
    transformed,
    parameters['bert.embeddings.word_embeddings.weight'],
    parameters['cls.predictions.bias'],
  );
}

/**
 * Runs the encoder.
 * @param wanted `all` tokens, or only the `first` of each document: then the last layer, which needs keys and values
 * of all tokens but a single query, costs a fraction, and the numbers are the same
 * @returns [B × Q, C]
 */
export function encode(model: Bert, batch: TokenBatch, wanted: 'all' | 'first'): tf.Tensor2D {
  const mask = attentionMask(batch);
  let hidden = embed(model, batch); // [B × T, C]
  for (let index = 0; index < model.config.layers; index += 1) {
    const last = index === model.config.layers - 1;
    const queries = last && wanted === 'first' ? firstTokens(hidden, batch) : hidden;
    hidden = encoderLayer(model, index, { queries, hidden, mask });
  }
  return hidden;
}

/** [B, 1, 1, T]: 0 where there is a token, and so low a score that softmax makes it 0 where there is padding. */
function attentionMask({ lengths, batchSize, length }: TokenBatch): tf.Tensor4D {
  const mask = new Float32Array(batchSize * length);
  for (let row = 0; row < batchSize; row += 1) {
    mask.fill(-1e9, row * length + lengths[row], (row + 1) * length);
  }
  return tf.tensor4d(mask, [batchSize, 1, 1, length]);
}

function embed(model: Bert, { ids, batchSize, length }: TokenBatch): tf.Tensor2D {
  const { config, parameters } = model;
  const tokens = embedding(parameters['bert.embeddings.word_embeddings.weight'], tf.tensor1d(ids, 'int32')); // [B × T, C]
  const positions = tf.slice(
    parameters['bert.embeddings.position_embeddings.weight'],
    [0, 0],
    [length, config.hiddenSize],
  );
  const type = tf.slice(
    parameters['bert.embeddings.token_type_embeddings.weight'],
    [0, 0],
    [1, config.hiddenSize], // one segment a document: type 0
  );
  const sum = tf.add(tf.reshape(tokens, [batchSize, length, config.hiddenSize]), tf.add(positions, type));
  const rows = tf.reshape<tf.Rank.R2>(sum, [batchSize * length, config.hiddenSize]);
  return model.dropout(normalize(model, 'bert.embeddings.LayerNorm', rows));
}

/** [B × T, C] → [B, C] */
function firstTokens(hidden: tf.Tensor2D, { batchSize, length }: TokenBatch): tf.Tensor2D {
  const channels = hidden.shape[1];
  const first = tf.slice(tf.reshape(hidden, [batchSize, length * channels]), [0, 0], [batchSize, channels]);
  return first as tf.Tensor2D;
}

interface LayerInput {
  /** [B × Q, C]: the rows that are wanted of the next state. */
  readonly queries: tf.Tensor2D;
  /** [B × T, C]: the rows that are attended to. */
  readonly hidden: tf.Tensor2D;
  readonly mask: tf.Tensor4D;
}

function encoderLayer(model: Bert, index: number, input: LayerInput): tf.Tensor2D {
  const name = `bert.encoder.layer.${index}`;
  const attended = apply(
    model,
    `${name}.attention.output.dense`,
    attention(model, `${name}.attention.self`, input),
  );
  const middle = normalize(
    model,
    `${name}.attention.output.LayerNorm`,
    tf.add(model.dropout(attended), input.queries),
  );
  const expanded = gelu(apply(model, `${name}.intermediate.dense`, middle)); // [B × Q, 4C]
  const contracted = apply(model, `${name}.output.dense`, expanded);
  return normalize(model, `${name}.output.LayerNorm`, tf.add(model.dropout(contracted), middle));
}

/** softmax(QKᵀ/√(C/H))V, head by head. [B × Q, C] */
function attention(model: Bert, name: string, { queries, hidden, mask }: LayerInput): tf.Tensor2D {
  const { heads, hiddenSize } = model.config;
  const batchSize = mask.shape[0];
  const size = hiddenSize / heads;
  const split = (x: tf.Tensor2D): tf.Tensor4D => {
    const rows = tf.reshape(x, [batchSize, x.shape[0] / batchSize, heads, size]);
    return tf.transpose(rows as tf.Tensor4D, [0, 2, 1, 3]); // [B, H, rows, C/H]
  };
  const query = split(apply(model, `${name}.query`, queries));
  const key = split(apply(model, `${name}.key`, hidden));
  const value = split(apply(model, `${name}.value`, hidden));
  const scores = tf.add(tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(size)), mask); // [B, H, Q, T]
  const weights = model.dropout(tf.softmax(scores));
  const mixed = tf.transpose(tf.matMul(weights, value), [0, 2, 1, 3]); // [B, Q, H, C/H]
  return tf.reshape<tf.Rank.R2>(mixed, [queries.shape[0], hiddenSize]);
}

function apply({ parameters }: Bert, name: string, x: tf.Tensor2D): tf.Tensor2D {
  return linear(x, parameters[`${name}.weight`], parameters[`${name}.bias`]);
}

function normalize({ config, parameters }: Bert, name: string, x: tf.Tensor2D): tf.Tensor2D {
  return layerNorm(x, parameters[`${name}.weight`], parameters[`${name}.bias`], config.layerNormEpsilon);
}
