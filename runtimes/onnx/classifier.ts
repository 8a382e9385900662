// A trained classifier on ONNX Runtime: scores held-out rows, and answers the gateway's requests. Graphs have static
// shapes, so a session is made for each length that comes, rounded up; documents go one by one, each at its own length,
// since on one thread a batch of them is no faster.
import { createGraph } from '../../pipeline/graph/ir.ts';
import { writeOnnx } from '../../pipeline/graph/onnx/write-onnx.ts';
import { softmax } from '../../pipeline/graph/operations.ts';
import { attentionMask, classifierLogits } from '../../pipeline/model/bert-graph.ts';
import { ModelFormatError } from '../../pipeline/model/config.ts';
import { namedTensors } from '../../pipeline/model/layout.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import type { ServedModel } from '../../pipeline/model/quantized-files.ts';
import { readServed } from '../../pipeline/model/quantized-files.ts';
import type { OnnxSession } from './session.ts';
import { openOnnxSession } from './session.ts';
import { createSessionPool } from './session-pool.ts';

/** A model in memory, ready to answer. */
export interface OnnxClassifier {
  /** Class names in index order. */
  readonly labels: readonly string[];
  /**
   * The event loop stands still for each document (figures in docs/adr/0013-onnx-runtime.md), so it belongs in a process
   * of its own.
   * @param ids [N × T] token ids, each row padded to T, at most the model's context length; N from 0 on
   * @param lengths [N] tokens of each row, in [1, T]
   * @returns [N × K] probabilities; each row sums to 1
   * @throws RangeError when the sizes do not fit each other or the model
   */
  readonly score: (ids: Int32Array, lengths: ArrayLike<number>) => Promise<Float32Array>;
  /** Frees the memory, once what was asked before is answered. */
  readonly close: () => Promise<void>;
}

/** Lengths are rounded up to a multiple: 16 tokens of padding in the mean, and few sessions. */
const LENGTH_STEP = 32;

/** Kept at once, those that were used last. All lengths up to 256 tokens have their own. */
const MAXIMUM_SESSIONS = 8;

/**
 * Weights that every session may have a copy of, packed for its products: a sixth faster than reading shared ones. Those
 * of larger models are shared, so that eight sessions take little more memory than one.
 */
const MAXIMUM_COPIED_BYTES = 16_000_000;

/** Of a large quantized model: every session has its own copy, since whole numbers are part of the file. */
const MAXIMUM_LARGE_SESSIONS = 2;

/**
 * Loads a classifier from its two files; from quantized weights it computes in int8.
 * @throws ModelFormatError when the files are malformed or hold no classifier
 */
export function loadOnnxClassifier(files: ModelFiles): OnnxClassifier {
  const model = readServed(files);
  const { config } = model;
  if (config.head !== 'classification') {
    throw new ModelFormatError('config.json', [`architectures: expected a classifier, got ${config.head}`]);
  }
  const sessions = createSessionPool((length) => openSession(model, length), sessionsOf(model));
  const classes = config.labels.length;

  const scoreRow = async (row: Int32Array): Promise<Float32Array> => {
    const length = Math.min(config.contextLength, LENGTH_STEP * Math.ceil(row.length / LENGTH_STEP));
    const ids = new Int32Array(length);
    ids.set(row);
    const inputs = { ids, mask: attentionMask([row.length], length) };
    const { probabilities } = await sessions.run(length, inputs);
    return Float32Array.from(probabilities);
  };
  const score = async (ids: Int32Array, lengths: ArrayLike<number>): Promise<Float32Array> => {
    const count = lengths.length;
    const width = count === 0 ? 0 : ids.length / count;
    const fits = Array.from(lengths).every((length) => length >= 1 && length <= width);
    if (!Number.isInteger(width) || width > config.contextLength || !fits) {
      throw new RangeError(`${ids.length} ids do not make ${count} rows of at most ${config.contextLength}`);
    }
    const probabilities = new Float32Array(count * classes);
    for (let row = 0; row < count; row += 1) {
      const start = row * width;
      probabilities.set(await scoreRow(ids.subarray(start, start + lengths[row])), row * classes);
    }
    return probabilities;
  };
  return { labels: config.labels, score, close: sessions.close };
}

const isSmall = ({ parameters }: ServedModel): boolean => parameters.byteLength <= MAXIMUM_COPIED_BYTES;

const sessionsOf = (model: ServedModel): number =>
  model.quantized && !isSmall(model) ? MAXIMUM_LARGE_SESSIONS : MAXIMUM_SESSIONS;

function openSession(model: ServedModel, length: number): Promise<OnnxSession> {
  const { config, layout, parameters, quantized } = model;
  const graph = createGraph();
  const probabilities = softmax(classifierLogits(graph, { config, batchSize: 1, length }));
  const values = new Map(namedTensors(layout, parameters).map((tensor) => [tensor.name, tensor.values]));
  if (quantized) return openOnnxSession(writeOnnx({ probabilities }, { values, precision: 'int8' }));
  return isSmall(model)
    ? openOnnxSession(writeOnnx({ probabilities }, { values }))
    : openOnnxSession(writeOnnx({ probabilities }, 'fed'), { shared: values });
}
