// A model's graphs on ONNX Runtime's WebAssembly, nine times as fast as TensorFlow.js's (docs/adr/0028-edge-on-onnx.md).
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { createGraph } from '../../pipeline/graph/ir.ts';
import { writeOnnx } from '../../pipeline/graph/onnx/write-onnx.ts';
import { input, softmax } from '../../pipeline/graph/operations.ts';
import { namedTensors } from '../../pipeline/model/layout.ts';
import type { HeldParameters, ModelGraphs } from './model-graphs.ts';

type Numbers = Float32Array | Int32Array;

/**
 * Loads the runtime, by a graph of nothing, so that the first question does not wait for it.
 * @param wasm address of `ort-wasm-simd-threaded.wasm`, which the export puts beside the page
 */
export async function startRuntime(wasm: string): Promise<void> {
  env.wasm.wasmPaths = { wasm };
  env.wasm.numThreads = 1; // more need headers that few web servers send
  const nothing = softmax(input(createGraph(), 'given', [1, 1]));
  const file = writeOnnx({ nothing }, { values: new Map() });
  await (await InferenceSession.create(file, { executionProviders: ['wasm'] })).release();
}

export function holdOnnxParameters({ layout, parameters, quantized = false }: HeldParameters): ModelGraphs {
  const values = new Map(namedTensors(layout, parameters).map(({ name, values: held }) => [name, held]));
  const sessions = new Set<InferenceSession>();
  return {
    keepsGraphs: true,
    open: async (outputs) => {
      const file = writeOnnx(outputs, { values, precision: quantized ? 'int8' : 'float32' });
      const session = await InferenceSession.create(file, { executionProviders: ['wasm'] });
      sessions.add(session);
      return {
        run: async (inputs) => {
          const results = await session.run(tensorsOf(session, inputs));
          return Object.fromEntries(session.outputNames.map((name) => [name, results[name].data as Numbers]));
        },
        close: async () => {
          sessions.delete(session);
          await session.release();
        },
      };
    },
    dispose: () => {
      for (const session of sessions) void session.release();
      sessions.clear();
    },
  };
}

function tensorsOf(
  { inputMetadata }: InferenceSession,
  inputs: Readonly<Record<string, Numbers>>,
): Record<string, Tensor> {
  const tensors = inputMetadata.map((input) => {
    if (!input.isTensor) throw new RangeError(`input ${input.name}: expected a tensor`);
    return [input.name, new Tensor(input.type, inputs[input.name], input.shape.map(Number))] as const;
  });
  return Object.fromEntries(tensors);
}
