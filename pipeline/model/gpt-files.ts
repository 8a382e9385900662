// A GPT-2 as its two files, `config.json` and `model.safetensors`, in Hugging Face's layout.
import type { TokenExtension } from '../../contracts/training-job.ts';
import { ModelFormatError } from './config.ts';
import type { GptConfig } from './gpt-config.ts';
import { formatGptConfig, parseGptConfig } from './gpt-config.ts';
import { gptLayout } from './gpt-graph.ts';
import type { ParameterLayout } from './layout.ts';
import { assignTensors, initialParameters, namedTensors } from './layout.ts';
import type { ModelFiles } from './model-files.ts';
import { parseJson, readParameters, writeFiles } from './model-files.ts';
import { extendTokens } from './token-extension.ts';

/** A decoder in memory. */
export interface GptModel {
  readonly config: GptConfig;
  readonly layout: ParameterLayout;
  /** [layout.size] */
  readonly parameters: Float32Array;
}

/** @throws ModelFormatError when a file is malformed, or when the two do not belong together */
export function readGpt(files: ModelFiles): GptModel {
  const config = parseGptConfig(parseJson(files.config));
  const layout = gptLayout(config);
  return { config, layout, parameters: readParameters(layout, files.weights) };
}

/** @returns the two files; equal models give equal bytes */
export function writeGpt({ config, layout, parameters }: GptModel): ModelFiles {
  return writeFiles(formatGptConfig(config), layout, parameters);
}

interface StartingGpt extends Pick<GptModel, 'config' | 'layout'> {
  readonly seed: number;
  /** How the source's vocabulary was extended; absent: it was not. */
  readonly extension?: TokenExtension | undefined;
}

/**
 * @param source what to go on from; absent: random weights
 * @returns the parameters that training starts from
 * @throws ModelFormatError when the two differ in shape
 */
export function startingGpt(
  { config, layout, seed, extension }: StartingGpt,
  source?: GptModel,
): Float32Array {
  const flat = initialParameters(layout, seed);
  if (source === undefined) return flat;
  for (const field of ['heads', 'layers'] as const) {
    if (source.config[field] === config[field]) continue;
    throw new ModelFormatError('config.json', [
      `${field}: expected ${config[field]}, got ${source.config[field]}`,
    ]);
  }
  assignTensors(layout, flat, extendTokens(namedTensors(source.layout, source.parameters), extension));
  return flat;
}
