// Texts in the making on ONNX Runtime.
import type { CachedDecoder, CacheShape } from '../../pipeline/generation/cached-decoder.ts';
import { openCachedDecoder } from '../../pipeline/generation/cached-decoder.ts';
import { writeOnnx } from '../../pipeline/graph/onnx/write-onnx.ts';
import type { GptModel } from '../../pipeline/model/gpt-files.ts';
import { namedTensors } from '../../pipeline/model/layout.ts';
import { openOnnxSession } from './session.ts';

export interface DecoderOptions extends CacheShape {
  /** Threads that share one operation; one is as fast, but for large models. */
  readonly threads: number;
}

/** Weights of larger models are shared by sessions; up to this, each has a copy that is packed for its products. */
const MAXIMUM_COPIED_BYTES = 16_000_000;

export function openOnnxDecoder(
  { config, layout, parameters }: GptModel,
  { threads, ...shape }: DecoderOptions,
): Promise<CachedDecoder> {
  const values = new Map(namedTensors(layout, parameters).map((tensor) => [tensor.name, tensor.values]));
  return openCachedDecoder(config, shape, (outputs, shared) =>
    parameters.byteLength <= MAXIMUM_COPIED_BYTES
      ? openOnnxSession(writeOnnx(outputs, { values }), { shared, threads })
      : openOnnxSession(writeOnnx(outputs, 'fed'), { shared: new Map([...shared, ...values]), threads }),
  );
}
