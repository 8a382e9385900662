// What a page runs: models from their files, on plain TensorFlow.js alone. Bundled for the browser by the test.
import * as tf from '@tensorflow/tfjs';
import { compileInterpreter } from '../../pipeline/graph/interpret.ts';
import type { Node } from '../../pipeline/graph/ir.ts';
import { createGraph } from '../../pipeline/graph/ir.ts';
import { softmax } from '../../pipeline/graph/operations.ts';
import { attentionMask, classifierLogits } from '../../pipeline/model/bert-graph.ts';
import { readGpt } from '../../pipeline/model/gpt-files.ts';
import { nextTokenLogits } from '../../pipeline/model/gpt-graph.ts';
import type { ParameterLayout } from '../../pipeline/model/layout.ts';
import { namedTensors } from '../../pipeline/model/layout.ts';
import { readModel } from '../../pipeline/model/model-files.ts';

/** What the page is given: it has no network to fetch anything from. */
export interface PageModel {
  readonly kind: 'classifier' | 'next-token';
  readonly config: string;
  /** `model.safetensors`, in base64. */
  readonly weights: string;
  readonly ids: readonly number[];
}

/** @returns probabilities of the classes, or of the token that follows the last */
export async function predict({ kind, config, weights, ids }: PageModel, backend: string): Promise<number[]> {
  if (!(await tf.setBackend(backend))) throw new Error(`there is no backend ${backend} here`);
  const files = { config, weights: Uint8Array.from(atob(weights), (byte) => byte.charCodeAt(0)) };
  const graph = createGraph();
  const shape = { batchSize: 1, length: ids.length };
  if (kind === 'classifier') {
    const model = readModel(files);
    const logits = classifierLogits(graph, { config: model.config, ...shape });
    return run(logits, model, { ids: Int32Array.from(ids), mask: attentionMask([ids.length], ids.length) });
  }
  const model = readGpt(files);
  const probabilities = await run(nextTokenLogits(graph, { config: model.config, ...shape }), model, {
    ids: Int32Array.from(ids),
  });
  return probabilities.slice(-model.config.vocabularySize);
}

interface Parameters {
  readonly layout: ParameterLayout;
  readonly parameters: Float32Array;
}

async function run(
  logits: Node,
  { layout, parameters }: Parameters,
  inputs: Readonly<Record<string, Float32Array | Int32Array>>,
): Promise<number[]> {
  const tensors = namedTensors(layout, parameters).map(
    ({ name, values, shape }) => [name, tf.tensor(values, [...shape])] as const,
  );
  const named = Object.fromEntries(tensors);
  const results = compileInterpreter({ probabilities: softmax(logits) }).run({ inputs, parameters: named });
  const values = [...(await results.probabilities.data<'float32'>())];
  tf.dispose([results, named]);
  return values;
}
