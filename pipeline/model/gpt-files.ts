// A GPT-2 as its two files, `config.json` and `model.safetensors`, in Hugging Face's layout.
import { ModelFormatError } from './config.ts';
import type { GptConfig } from './gpt-config.ts';
import { formatGptConfig, parseGptConfig } from './gpt-config.ts';
import { gptLayout } from './gpt-graph.ts';
import type { ParameterLayout } from './layout.ts';
import { assignTensors, namedTensors } from './layout.ts';
import type { ModelFiles } from './model-files.ts';
import { parseJson } from './model-files.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

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
  const parameters = new Float32Array(layout.size);
  const missing = assignTensors(layout, parameters, readSafetensors(files.weights).tensors);
  if (missing.length > 0) {
    throw new ModelFormatError(
      'model.safetensors',
      missing.map((name) => `${name}: missing`),
    );
  }
  return { config, layout, parameters };
}

/** @returns the two files; equal models give equal bytes */
export function writeGpt({ config, layout, parameters }: GptModel): ModelFiles {
  return {
    config: `${JSON.stringify(formatGptConfig(config), null, 2)}\n`,
    weights: writeSafetensors(namedTensors(layout, parameters), { format: 'pt' }),
  };
}
