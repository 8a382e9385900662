// Which parameters a BERT model has: names and shapes as in Hugging Face's BertForSequenceClassification,
// BertForTokenClassification and BertForMaskedLM, and where each stands in one flat vector. The flat vector is what is trained, so that gradient
// clipping, the optimizer and checkpoints handle one array and not dozens.
import { sizeOf } from '../graph/shapes.ts';
import type { Random } from '../random.ts';
import { createRandom } from '../random.ts';
import type { BertConfig } from './config.ts';
import { ModelFormatError } from './config.ts';
import type { NamedTensor } from './safetensors.ts';

/** How a parameter starts: the deviation of a normal distribution (0: zeros), ones, or anywhere within ± a bound. */
type Initial = number | 'ones' | { readonly bound: number };

/** BERT's own. */
const deviation = 0.02;

/**
 * Of word embeddings that learn from labels alone. At 0.02 the first steps of Adam, all of one size, drown what sets
 * words apart, and a few hundred documents do not bring it back: on the mail filter's first 200 mails the Brier score
 * on held-out mails was 0.17 with 0.02 and 0.12 with 1. Masked pretraining keeps 0.02: its logits are products with
 * these embeddings.
 */
const distinctDeviation = 1;

/** One parameter within the flat vector. */
export interface ParameterEntry {
  readonly name: string;
  readonly shape: readonly number[];
  /** Index of its first number in the flat vector. */
  readonly offset: number;
  /** Count of its numbers. */
  readonly size: number;
  /** Whether weight decay applies: not to biases and layer norms. */
  readonly decays: boolean;
  readonly initial: Initial;
}

/** All parameters of a model, in the order in which they stand in the flat vector. */
export interface ParameterLayout {
  readonly entries: readonly ParameterEntry[];
  /** Count of all numbers. */
  readonly size: number;
}

/** A parameter, before it has its place. */
export type Row = readonly [name: string, shape: readonly number[], initial: Initial];

const linear = (name: string, outputs: number, inputs: number): Row[] => [
  [`${name}.weight`, [outputs, inputs], deviation],
  [`${name}.bias`, [outputs], 0],
];

const layerNorm = (name: string, size: number): Row[] => [
  [`${name}.weight`, [size], 'ones'],
  [`${name}.bias`, [size], 0],
];

function embeddingRows({ head, vocabularySize, contextLength, tokenTypes, hiddenSize }: BertConfig): Row[] {
  const words = head === 'masked-language-model' ? deviation : distinctDeviation;
  const name = 'bert.embeddings';
  return [
    [`${name}.word_embeddings.weight`, [vocabularySize, hiddenSize], words],
    [`${name}.position_embeddings.weight`, [contextLength, hiddenSize], deviation],
    [`${name}.token_type_embeddings.weight`, [tokenTypes, hiddenSize], deviation],
    ...layerNorm(`${name}.LayerNorm`, hiddenSize),
  ];
}

function layerRows({ hiddenSize, intermediateSize }: BertConfig, index: number): Row[] {
  const name = `bert.encoder.layer.${index}`;
  return [
    ...linear(`${name}.attention.self.query`, hiddenSize, hiddenSize),
    ...linear(`${name}.attention.self.key`, hiddenSize, hiddenSize),
    ...linear(`${name}.attention.self.value`, hiddenSize, hiddenSize),
    ...linear(`${name}.attention.output.dense`, hiddenSize, hiddenSize),
    ...layerNorm(`${name}.attention.output.LayerNorm`, hiddenSize),
    ...linear(`${name}.intermediate.dense`, intermediateSize, hiddenSize),
    ...linear(`${name}.output.dense`, hiddenSize, intermediateSize),
    ...layerNorm(`${name}.output.LayerNorm`, hiddenSize),
  ];
}

function headRows({ head, hiddenSize, vocabularySize, labels }: BertConfig): Row[] {
  if (head === 'token-classification') return linear('classifier', labels.length, hiddenSize);
  if (head === 'classification') {
    return [
      ...linear('bert.pooler.dense', hiddenSize, hiddenSize),
      ...linear('classifier', labels.length, hiddenSize),
    ];
  }
  return [
    ...linear('cls.predictions.transform.dense', hiddenSize, hiddenSize),
    ...layerNorm('cls.predictions.transform.LayerNorm', hiddenSize),
    ['cls.predictions.bias', [vocabularySize], 0], // the decoder's weight is the word embedding
  ];
}

/** @returns every parameter of the model, encoder first, head last. */
export function parameterLayout(config: BertConfig): ParameterLayout {
  const layers = Array.from({ length: config.layers }, (_, index) => layerRows(config, index));
  return layOut([...embeddingRows(config), ...layers.flat(), ...headRows(config)]);
}

/** Gives each parameter its place in the flat vector; matrices decay, vectors do not. */
export function layOut(rows: readonly Row[]): ParameterLayout {
  const entries: ParameterEntry[] = [];
  let offset = 0;
  for (const [name, shape, initial] of rows) {
    const size = sizeOf(shape);
    entries.push({ name, shape, offset, size, decays: shape.length > 1, initial });
    offset += size;
  }
  return { entries, size: offset };
}

/**
 * Draws the parameters that training starts from: normal, cut at two deviations, or uniform; biases zero, layer norms one. Each
 * parameter draws from a stream of its own, so that a new head leaves the encoder's layers as they were.
 */
export function initialParameters({ entries, size }: ParameterLayout, seed: number): Float32Array {
  const flat = new Float32Array(size);
  for (const entry of entries) {
    const values = flat.subarray(entry.offset, entry.offset + entry.size);
    if (entry.initial === 'ones') values.fill(1);
    if (entry.initial === 'ones' || entry.initial === 0) continue;
    const random = createRandom(seed, streamOf(entry.name));
    for (let index = 0; index < values.length; index += 1) values[index] = draw(random, entry.initial);
  }
  return flat;
}

function draw({ normal, next }: Random, initial: number | { readonly bound: number }): number {
  if (typeof initial === 'object') return initial.bound * (2 * next() - 1);
  let drawn = normal();
  while (Math.abs(drawn) > 2) drawn = normal();
  return initial * drawn;
}

/** FNV-1a, 32 bits: a stream number from a name. */
function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}

/** @returns the parameters as tensors of a safetensors file; they share the vector's memory. */
export function namedTensors({ entries }: ParameterLayout, flat: Float32Array): NamedTensor[] {
  return entries.map(({ name, shape, offset, size }) => ({
    name,
    shape,
    values: flat.subarray(offset, offset + size),
  }));
}

/**
 * Writes tensors over the parameters of the same name.
 * @param flat changed in place
 * @returns the names of parameters for which no tensor was given, which keep their values
 * @throws ModelFormatError when a tensor has another shape than the parameter of its name
 */
export function assignTensors(
  { entries }: ParameterLayout,
  flat: Float32Array,
  tensors: readonly NamedTensor[],
): string[] {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const problems: string[] = [];
  const missing: string[] = [];
  for (const { name, shape, offset } of entries) {
    const tensor = byName.get(name);
    if (tensor === undefined) missing.push(name);
    else if (String(tensor.shape) === String(shape)) flat.set(tensor.values, offset);
    else problems.push(`${name}: expected shape [${String(shape)}], got [${String(tensor.shape)}]`);
  }
  if (problems.length > 0) throw new ModelFormatError('model.safetensors', problems);
  return missing;
}
