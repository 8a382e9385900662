// A model as its two files, `config.json` and `model.safetensors`, in Hugging Face's BERT layout.
import type { BertConfig } from './config.ts';
import { formatBertConfig, ModelFormatError, parseBertConfig } from './config.ts';
import type { ParameterLayout } from './layout.ts';
import { assignTensors, namedTensors, parameterLayout } from './layout.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** Contents of the two files. */
export interface ModelFiles {
  /** JSON text. */
  readonly config: string;
  readonly weights: Uint8Array;
}

/** A model in memory. */
export interface Model {
  readonly config: BertConfig;
  readonly layout: ParameterLayout;
  /** [layout.size] */
  readonly parameters: Float32Array;
}

/** @throws ModelFormatError when a file is malformed, or when the two do not belong together */
export function readModel(files: ModelFiles): Model {
  const config = parseBertConfig(parseJson(files.config));
  const layout = parameterLayout(config);
  return { config, layout, parameters: readParameters(layout, files.weights) };
}

/**
 * @param weights the content of `model.safetensors`
 * @returns [layout.size]
 * @throws ModelFormatError when a parameter is missing or has another shape
 */
export function readParameters(layout: ParameterLayout, weights: Uint8Array): Float32Array {
  const parameters = new Float32Array(layout.size);
  requireAll(assignTensors(layout, parameters, readSafetensors(weights).tensors));
  return parameters;
}

/**
 * @param missing names of parameters that a file lacks
 * @throws ModelFormatError where there are any
 */
export function requireAll(missing: readonly string[]): void {
  const problems = missing.map((name) => `${name}: missing`);
  if (problems.length > 0) throw new ModelFormatError('model.safetensors', problems);
}

/** @throws ModelFormatError */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ModelFormatError('config.json', ['not JSON']);
  }
}

/** @returns the two files; equal models give equal bytes */
export function writeModel({ config, layout, parameters }: Model): ModelFiles {
  return writeFiles(formatBertConfig(config), layout, parameters);
}

/** @param config the content of `config.json`, with keys in a fixed order */
export function writeFiles(config: object, layout: ParameterLayout, parameters: Float32Array): ModelFiles {
  return {
    config: `${JSON.stringify(config, null, 2)}\n`,
    // transformers refuses a file that does not say which framework it is for.
    weights: writeSafetensors(namedTensors(layout, parameters), { format: 'pt' }),
  };
}
