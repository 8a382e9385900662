// The shape of a GPT-2 decoder and its `config.json`, in the fields of Hugging Face's GPT2Config.
import { z } from 'zod';
import type { ArchitectureSpec } from '../../contracts/model-spec/architecture.ts';
import { checkConfig } from './config.ts';

/** Shape of a decoder. */
export interface GptConfig {
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  /** Rows of the position table: the longest text in tokens. */
  readonly contextLength: number;
  readonly layerNormEpsilon: number;
  /** GPT-2's own is by `tanh`; `none` is exact. */
  readonly geluApproximation: 'none' | 'tanh';
  /** Ends a document; absent where nobody said. */
  readonly endOfTextId?: number;
  /** Recorded for whoever trains on from the exported directory; training here takes the phase's own value. */
  readonly dropout: number;
}

const size = z.number().int().positive().max(1_000_000);

/** Names of activations in transformers, and what they compute. */
const activations = { gelu_new: 'tanh', gelu_pytorch_tanh: 'tanh', gelu: 'none' } as const;

const fileSchema = z
  .object({
    model_type: z.literal('gpt2'),
    activation_function: z.enum(['gelu_new', 'gelu_pytorch_tanh', 'gelu']).default('gelu_new'),
    vocab_size: size,
    n_embd: size,
    n_layer: size,
    n_head: size,
    n_inner: size.nullish(),
    n_positions: size,
    layer_norm_epsilon: z.number().positive().default(1e-5),
    tie_word_embeddings: z.literal(true).default(true),
    scale_attn_weights: z.literal(true).default(true),
    scale_attn_by_inverse_layer_idx: z.literal(false).default(false),
    resid_pdrop: z.number().min(0).lt(1).default(0.1),
    eos_token_id: z.number().int().nonnegative().nullish(),
  })
  .refine((file) => file.n_embd % file.n_head === 0, {
    path: ['n_head'],
    message: 'expected a divisor of n_embd',
  });

/**
 * Reads a `config.json`.
 * @param json the parsed file
 * @throws ModelFormatError with every field that is wrong
 */
export function parseGptConfig(json: unknown): GptConfig {
  const file = checkConfig(fileSchema, json);
  return {
    vocabularySize: file.vocab_size,
    hiddenSize: file.n_embd,
    layers: file.n_layer,
    heads: file.n_head,
    intermediateSize: file.n_inner ?? 4 * file.n_embd,
    contextLength: file.n_positions,
    layerNormEpsilon: file.layer_norm_epsilon,
    geluApproximation: activations[file.activation_function],
    ...(file.eos_token_id != null && { endOfTextId: file.eos_token_id }),
    dropout: file.resid_pdrop,
  };
}

/** @returns the content of `config.json`, with keys in a fixed order. */
export function formatGptConfig(config: GptConfig): Record<string, unknown> {
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    vocab_size: config.vocabularySize,
    n_embd: config.hiddenSize,
    n_layer: config.layers,
    n_head: config.heads,
    n_inner: config.intermediateSize,
    n_positions: config.contextLength,
    activation_function: config.geluApproximation === 'tanh' ? 'gelu_new' : 'gelu',
    layer_norm_epsilon: config.layerNormEpsilon,
    tie_word_embeddings: true,
    bos_token_id: config.endOfTextId ?? null,
    eos_token_id: config.endOfTextId ?? null,
    resid_pdrop: config.dropout,
    embd_pdrop: config.dropout,
    attn_pdrop: config.dropout,
    initializer_range: 0.02,
  };
}

/** What a config takes from elsewhere than the model file. */
export type GptConfigSource = Pick<GptConfig, 'vocabularySize' | 'endOfTextId' | 'dropout'>;

/** @returns the config of an architecture as the model file describes it, the rest as GPT-2 has it. */
export function gptConfigOf(spec: ArchitectureSpec, source: GptConfigSource): GptConfig {
  const { layers, hiddenSize, heads, contextLength } = spec;
  return {
    ...{ ...source, layers, hiddenSize, heads, contextLength },
    intermediateSize: spec.intermediateSize ?? 4 * hiddenSize,
    layerNormEpsilon: 1e-5,
    geluApproximation: 'tanh',
  };
}
