// A model's weights as int8, a quarter to a third of the size: what a classifier carries that is served so, and what a page
// fetches. One file in safetensors, of the tensors of `model.safetensors`: those that the quantized graph reads as whole numbers are I8, each
// with its scales in `<name>.scales`, [rows, 1] or [1, columns], so that whole numbers times scales are the weights.
import { createGraph, reachable } from '../graph/ir.ts';
import { quantizedParameters, quantizeMatrix } from '../graph/onnx/quantization.ts';
import { classifierLogits } from './bert-graph.ts';
import { parseBertConfig } from './config.ts';
import { parseGptConfig } from './gpt-config.ts';
import type { GptModel } from './gpt-files.ts';
import { gptLayout, nextTokenLogits } from './gpt-graph.ts';
import type { ParameterLayout } from './layout.ts';
import { assignTensors, namedTensors, parameterLayout } from './layout.ts';
import type { Model, ModelFiles } from './model-files.ts';
import { parseJson, requireAll } from './model-files.ts';
import type { NamedTensor, WholeTensor } from './safetensors.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

const SCALES = '.scales';

/** A classifier as it is served. */
export interface ServedModel extends Model {
  /** Whether it was read from a quantized file. */
  readonly quantized: boolean;
}

/** @returns the content of a quantized file; equal models give equal bytes */
export function writeQuantized({ config, layout, parameters }: Model): Uint8Array<ArrayBuffer> {
  const logits = classifierLogits(createGraph(), { config, batchSize: 1, length: 1 });
  return writeWhole({ layout, parameters }, quantizedParameters(reachable([logits])));
}

/** @returns the same of a decoder, whose tables and products are quantized alike */
export function writeQuantizedGpt({ config, layout, parameters }: GptModel): Uint8Array<ArrayBuffer> {
  const logits = nextTokenLogits(createGraph(), { config, batchSize: 1, length: 1 });
  return writeWhole({ layout, parameters }, quantizedParameters(reachable([logits])));
}

function writeWhole(
  { layout, parameters }: Pick<Model, 'layout' | 'parameters'>,
  axes: ReadonlyMap<string, 0 | 1>,
): Uint8Array<ArrayBuffer> {
  const tensors = namedTensors(layout, parameters).flatMap((tensor): (NamedTensor | WholeTensor)[] => {
    const axis = axes.get(tensor.name);
    if (axis === undefined) return [tensor];
    const { name, shape } = tensor;
    const { values, scales } = quantizeMatrix(tensor.values, shape, axis);
    const scalesShape = axis === 0 ? [scales.length, 1] : [1, scales.length];
    return [
      { name, shape, values },
      { name: `${name}${SCALES}`, shape: scalesShape, values: scales },
    ];
  });
  return writeSafetensors(tensors, { format: 'pt', quantization: 'int8' });
}

/**
 * Reads a classifier from either file of weights.
 * @throws ModelFormatError when a file is malformed, or when the two do not belong together
 */
export function readServed(files: ModelFiles): ServedModel {
  const config = parseBertConfig(parseJson(files.config));
  const layout = parameterLayout(config);
  return { config, layout, ...readEither(layout, files.weights) };
}

/**
 * Reads a decoder from either file of weights. It computes in float32: whole numbers only make the way shorter.
 * @throws ModelFormatError as {@link readServed}
 */
export function readServedGpt(files: ModelFiles): GptModel {
  const config = parseGptConfig(parseJson(files.config));
  const layout = gptLayout(config);
  return { config, layout, parameters: readEither(layout, files.weights).parameters };
}

function readEither(
  layout: ParameterLayout,
  weights: Uint8Array,
): Pick<ServedModel, 'parameters' | 'quantized'> {
  const parameters = new Float32Array(layout.size);
  const { tensors, whole } = readSafetensors(weights);
  const scales = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const restored = whole.flatMap((tensor) => restore(tensor, scales.get(`${tensor.name}${SCALES}`)) ?? []);
  requireAll(assignTensors(layout, parameters, [...tensors, ...restored]));
  return { parameters, quantized: whole.length > 0 };
}

/** Whole numbers times scales; nothing where the scales do not fit, and the parameter is then missing. */
function restore(
  { name, shape: [rows, columns], values }: WholeTensor,
  scales: NamedTensor | undefined,
): NamedTensor | undefined {
  const byRow = String(scales?.shape) === String([rows, 1]);
  if (scales === undefined || !(byRow || String(scales.shape) === String([1, columns]))) return undefined;
  const restored = Float32Array.from(values, (value, index) => {
    const channel = byRow ? Math.floor(index / columns) : index % columns;
    return value * scales.values[channel];
  });
  return { name, shape: [rows, columns], values: restored };
}
