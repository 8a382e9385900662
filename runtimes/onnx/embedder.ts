// Texts as vectors, by the encoder of a trained classifier on ONNX Runtime: the mean of its last hidden states over all tokens,
// [CLS] and [SEP] among them, of length 1 (Reimers & Gurevych 2019, arXiv:1908.10084, mean pooling).
import { createGraph } from '../../pipeline/graph/ir.ts';
import { writeOnnx } from '../../pipeline/graph/onnx/write-onnx.ts';
import { attentionMask, meanStates } from '../../pipeline/model/bert-graph.ts';
import { namedTensors } from '../../pipeline/model/layout.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import { readServed } from '../../pipeline/model/quantized-files.ts';
import { openOnnxSession } from './session.ts';
import { createSessionPool } from './session-pool.ts';

/** An encoder in memory. */
export interface OnnxEmbedder {
  /** Numbers of a vector. */
  readonly dimensions: number;
  /**
   * The event loop stands still meanwhile, so it belongs in a process of its own.
   * @param row token ids, [CLS] and [SEP] included, from 1 on and at most as many as the model's context length
   * @returns [C], of length 1
   * @throws RangeError for a row of another length
   */
  readonly embed: (row: Int32Array) => Promise<Float32Array>;
  /** Frees the memory, once what was asked before is answered. */
  readonly close: () => Promise<void>;
}

/** Lengths are rounded up to a multiple, so that few sessions are made. */
const LENGTH_STEP = 32;
const MAXIMUM_SESSIONS = 2;

/**
 * Loads the encoder of a classifier from its two files; from quantized weights it computes in int8.
 * @throws ModelFormatError when the files are malformed
 */
export function loadOnnxEmbedder(files: ModelFiles): OnnxEmbedder {
  const { config, layout, parameters, quantized } = readServed(files);
  const { contextLength, hiddenSize } = config;
  const values = new Map(namedTensors(layout, parameters).map(({ name, values: of }) => [name, of]));
  const sessions = createSessionPool((length) => {
    const pooled = meanStates(createGraph(), { config, batchSize: 1, length });
    return quantized
      ? openOnnxSession(writeOnnx({ pooled }, { values, precision: 'int8' }))
      : openOnnxSession(writeOnnx({ pooled }, 'fed'), { shared: values });
  }, MAXIMUM_SESSIONS);
  return {
    dimensions: hiddenSize,
    embed: async (row) => {
      if (row.length < 1 || row.length > contextLength)
        throw new RangeError(`a row of ${row.length} ids is not one of 1 to ${contextLength}`);
      const length = Math.min(contextLength, LENGTH_STEP * Math.ceil(row.length / LENGTH_STEP));
      const [ids, shares] = [new Int32Array(length), new Float32Array(length)];
      ids.set(row);
      shares.fill(1 / row.length, 0, row.length);
      const mask = attentionMask([row.length], length);
      const { pooled } = await sessions.run(length, { ids, mask, shares });
      const norm = Math.hypot(...pooled);
      return Float32Array.from(pooled, (value) => (norm === 0 ? 0 : value / norm));
    },
    close: sessions.close,
  };
}
