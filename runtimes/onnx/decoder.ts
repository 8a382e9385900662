// Texts in the making on ONNX Runtime.
import type { OpenGraph } from '../../pipeline/generation/cached-steps.ts';
import { writeOnnx } from '../../pipeline/graph/onnx/write-onnx.ts';
import type { GptModel } from '../../pipeline/model/gpt-files.ts';
import { namedTensors } from '../../pipeline/model/layout.ts';
import { openOnnxSession } from './session.ts';

/** Weights of larger models are shared by sessions; up to this, each has a copy that is packed for its products. */
const MAXIMUM_COPIED_BYTES = 16_000_000;

/** @param threads that share one operation; one is as fast, but for large models */
export function onnxGraphsOf({ layout, parameters }: GptModel, threads: number): OpenGraph {
  const values = new Map(namedTensors(layout, parameters).map((tensor) => [tensor.name, tensor.values]));
  return (outputs) =>
    parameters.byteLength <= MAXIMUM_COPIED_BYTES
      ? openOnnxSession(writeOnnx(outputs, { values }), { threads })
      : openOnnxSession(writeOnnx(outputs, 'fed'), { shared: values, threads });
}
