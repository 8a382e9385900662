// Starting from another model's weights: the encoder is taken over, its vocabulary extended, and of the classifier the rows of labels that both
// models know. What the other model does not have keeps its random start.
import type { TokenExtension } from '../../contracts/training-job.ts';
import type { BertConfig } from './config.ts';
import { ModelFormatError } from './config.ts';
import type { ParameterLayout } from './layout.ts';
import { assignTensors, initialParameters, namedTensors } from './layout.ts';
import type { Model } from './model-files.ts';
import type { NamedTensor } from './safetensors.ts';
import { extendTokens } from './token-extension.ts';

/** The model to be trained. */
export interface TransferTarget {
  readonly config: BertConfig;
  readonly layout: ParameterLayout;
  readonly seed: number;
  /** How the source's vocabulary was extended; absent: it was not. */
  readonly extension?: TokenExtension | undefined;
}

/**
 * @param source what to start from; absent: random weights
 * @returns the parameters that training starts from
 * @throws ModelFormatError when the encoders differ in shape
 */
export function startingParameters(
  { config, layout, seed, extension }: TransferTarget,
  source?: Model,
): Float32Array {
  const flat = initialParameters(layout, seed);
  if (source === undefined) return flat;
  if (source.config.heads !== config.heads) {
    throw new ModelFormatError('config.json', [
      `num_attention_heads: expected ${config.heads}, got ${source.config.heads}`,
    ]);
  }
  const tensors = extendTokens(namedTensors(source.layout, source.parameters), extension);
  assignTensors(
    layout,
    flat,
    tensors.filter(({ name }) => !name.startsWith('classifier.')),
  );
  const target = new Map(namedTensors(layout, flat).map((tensor) => [tensor.name, tensor]));
  for (const tensor of tensors) {
    const own = tensor.name.startsWith('classifier.') ? target.get(tensor.name) : undefined;
    if (own !== undefined) copyRows(tensor, own, { from: source.config.labels, to: config.labels });
  }
  return flat;
}

/** Copies the rows of the labels that both know; `own` is a view, so the flat vector changes. */
function copyRows(
  tensor: NamedTensor,
  own: NamedTensor,
  { from, to }: { from: readonly string[]; to: readonly string[] },
): void {
  const width = own.values.length / to.length;
  for (const [row, label] of to.entries()) {
    const known = from.indexOf(label);
    if (known >= 0) own.values.set(tensor.values.subarray(known * width, (known + 1) * width), row * width);
  }
}
