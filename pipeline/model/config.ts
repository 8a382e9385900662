// The shape of a BERT encoder and its `config.json`, in the fields of Hugging Face's BertConfig.
import { z } from 'zod';
import type { ArchitectureSpec } from '../../contracts/model-spec/architecture.ts';

/**
 * What stands on the encoder: a classifier on the pooled first token, one on every token, or the tied
 * masked-language-model head.
 */
export type BertHead = 'classification' | 'token-classification' | 'masked-language-model';

/** Shape of an encoder with its head. */
export interface BertConfig {
  readonly head: BertHead;
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  /** Rows of the position table: the longest input in tokens. */
  readonly contextLength: number;
  readonly tokenTypes: number;
  readonly layerNormEpsilon: number;
  readonly padTokenId: number;
  /** Class names in index order; empty for the masked-language-model head. */
  readonly labels: readonly string[];
  /** Recorded for whoever trains on from the exported directory; training here takes the phase's own value. */
  readonly dropout: number;
}

/** A file of a model directory that cannot be what it claims to be. */
export class ModelFormatError extends Error {
  /** The file, such as `config.json`. */
  readonly file: string;
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[]) {
    super(`${file}: ${problems.join('; ')}`);
    this.name = 'ModelFormatError';
    this.file = file;
    this.problems = problems;
  }
}

const architectures: Readonly<Record<BertHead, string>> = {
  classification: 'BertForSequenceClassification',
  'token-classification': 'BertForTokenClassification',
  'masked-language-model': 'BertForMaskedLM',
};

const size = z.number().int().positive().max(1_000_000);

const fileSchema = z
  .object({
    model_type: z.literal('bert'),
    architectures: z.array(z.string()).min(1),
    hidden_act: z.literal('gelu'),
    position_embedding_type: z.literal('absolute').default('absolute'),
    vocab_size: size,
    hidden_size: size,
    num_hidden_layers: size,
    num_attention_heads: size,
    intermediate_size: size,
    max_position_embeddings: size,
    type_vocab_size: size.default(2),
    layer_norm_eps: z.number().positive().default(1e-12),
    pad_token_id: z.number().int().nonnegative().nullish(),
    hidden_dropout_prob: z.number().min(0).lt(1).default(0.1),
    id2label: z.record(z.string(), z.string()).optional(),
  })
  .refine((file) => file.hidden_size % file.num_attention_heads === 0, {
    path: ['num_attention_heads'],
    message: 'expected a divisor of hidden_size',
  });

/**
 * Checks a `config.json` against what its layout can be.
 * @throws ModelFormatError with every field that is wrong
 */
export function checkConfig<S extends z.ZodType>(schema: S, json: unknown): z.output<S> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ModelFormatError(
    'config.json',
    parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
  );
}

/**
 * Reads a `config.json`.
 * @param json the parsed file
 * @throws ModelFormatError with every field that is wrong
 */
export function parseBertConfig(json: unknown): BertConfig {
  const file = checkConfig(fileSchema, json);
  const head = (Object.keys(architectures) as BertHead[]).find((name) =>
    file.architectures.includes(architectures[name]),
  );
  if (head === undefined) {
    throw new ModelFormatError('config.json', [
      `architectures: expected ${Object.values(architectures).join(' or ')}, got ${file.architectures.join(', ')}`,
    ]);
  }
  return {
    head,
    vocabularySize: file.vocab_size,
    hiddenSize: file.hidden_size,
    layers: file.num_hidden_layers,
    heads: file.num_attention_heads,
    intermediateSize: file.intermediate_size,
    contextLength: file.max_position_embeddings,
    tokenTypes: file.type_vocab_size,
    layerNormEpsilon: file.layer_norm_eps,
    padTokenId: file.pad_token_id ?? 0,
    labels:
      head === 'masked-language-model' ? [] : labelsInOrder(file.id2label ?? { 0: 'LABEL_0', 1: 'LABEL_1' }),
    dropout: file.hidden_dropout_prob,
  };
}

function labelsInOrder(names: Readonly<Record<string, string>>): string[] {
  const labels = Object.keys(names).map((_, index) => new Map(Object.entries(names)).get(String(index)));
  if (labels.length < 2 || labels.includes(undefined)) {
    throw new ModelFormatError('config.json', ['id2label: expected two or more names, keyed 0, 1, 2, …']);
  }
  return labels.filter((label) => label !== undefined);
}

/** @returns the content of `config.json`, with keys in a fixed order. */
export function formatBertConfig(config: BertConfig): Record<string, unknown> {
  const classes = {
    id2label: Object.fromEntries(config.labels.map((label, index) => [String(index), label])),
    label2id: Object.fromEntries(config.labels.map((label, index) => [label, index])),
    ...(config.head === 'classification' && { problem_type: 'single_label_classification' }),
  };
  return {
    architectures: [architectures[config.head]],
    model_type: 'bert',
    vocab_size: config.vocabularySize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.contextLength,
    type_vocab_size: config.tokenTypes,
    hidden_act: 'gelu',
    layer_norm_eps: config.layerNormEpsilon,
    pad_token_id: config.padTokenId,
    hidden_dropout_prob: config.dropout,
    attention_probs_dropout_prob: config.dropout,
    initializer_range: 0.02,
    ...(config.head === 'masked-language-model' ? {} : classes),
  };
}

/** What a config takes from elsewhere than the model file. */
export interface BertConfigSource {
  readonly head: BertHead;
  readonly vocabularySize: number;
  readonly padTokenId: number;
  readonly labels: readonly string[];
  readonly dropout: number;
}

/** @returns the config of an architecture as the model file describes it. */
export function bertConfigOf(spec: ArchitectureSpec, source: BertConfigSource): BertConfig {
  return {
    ...source,
    hiddenSize: spec.hiddenSize,
    layers: spec.layers,
    heads: spec.heads,
    intermediateSize: spec.intermediateSize ?? 4 * spec.hiddenSize,
    contextLength: spec.contextLength,
    tokenTypes: 2,
    layerNormEpsilon: 1e-12, // BERT's own
  };
}
