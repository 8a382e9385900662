// A classifier's weights as int8, a quarter to a third of the size: what a version carries that is served so. One file in
// safetensors, of the tensors of `model.safetensors`: those that the quantized graph reads as whole numbers are I8, each
// with its scales in `<name>.scales`, [rows, 1] or [1, columns], so that whole numbers times scales are the weights.
import { createGraph, reachable } from '../graph/ir.ts';
import { quantizedParameters, quantizeMatrix } from '../graph/onnx/quantization.ts';
import { classifierLogits } from './bert-graph.ts';
import type { BertConfig } from './config.ts';
import { parseBertConfig } from './config.ts';
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
  const axes = quantizedParametersOf(config);
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
  const parameters = new Float32Array(layout.size);
  const { tensors, whole } = readSafetensors(files.weights);
  const scales = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const restored = whole.flatMap((tensor) => restore(tensor, scales.get(`${tensor.name}${SCALES}`)) ?? []);
  requireAll(assignTensors(layout, parameters, [...tensors, ...restored]));
  return { config, layout, parameters, quantized: whole.length > 0 };
}

function quantizedParametersOf(config: BertConfig): ReadonlyMap<string, 0 | 1> {
  const logits = classifierLogits(createGraph(), { config, batchSize: 1, length: 1 });
  return quantizedParameters(reachable([logits]));
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
