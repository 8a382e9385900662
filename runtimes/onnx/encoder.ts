// A trained encoder with its head on ONNX Runtime, a document at a time. Graphs have static shapes, so a session is made for
// each length that comes, rounded up, and for each of a few counts of documents that are computed together.
import type { Graph, Node } from '../../pipeline/graph/ir.ts';
import { createGraph } from '../../pipeline/graph/ir.ts';
import { writeOnnx } from '../../pipeline/graph/onnx/write-onnx.ts';
import { softmax } from '../../pipeline/graph/operations.ts';
import type { BertOptions, BertShape } from '../../pipeline/model/bert-graph.ts';
import { attentionMask } from '../../pipeline/model/bert-graph.ts';
import type { BertConfig, BertHead } from '../../pipeline/model/config.ts';
import { ModelFormatError } from '../../pipeline/model/config.ts';
import { namedTensors } from '../../pipeline/model/layout.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import type { ServedModel } from '../../pipeline/model/quantized-files.ts';
import { readServed } from '../../pipeline/model/quantized-files.ts';
import type { OnnxSession } from './session.ts';
import { openOnnxSession } from './session.ts';
import type { SessionPool } from './session-pool.ts';
import { createSessionPool } from './session-pool.ts';

/** An encoder in memory, ready to answer. */
export interface OnnxEncoder {
  readonly config: BertConfig;
  /** Whether its numbers are those of a document alone when several are computed together. */
  readonly batches: boolean;
  /** Lengths, each a multiple of `LENGTH_STEP`, that are ready at once. */
  readonly lengthsKept: number;
  /**
   * The event loop stands still meanwhile (figures in docs/adr/0013-onnx-runtime.md).
   * @param rows token ids of each document, at most as many as the model's context length
   * @returns probabilities [B, K], or [B, T, K] of a head on every token, where T is the longest row's length, rounded up
   */
  readonly run: (...rows: readonly Int32Array[]) => Promise<Float32Array>;
  /** Frees the memory, once what was asked before is answered. */
  readonly close: () => Promise<void>;
}

/** What an encoder is to end in. */
export interface EncoderHead {
  readonly head: BertHead;
  /** In words, for whoever brought other files. */
  readonly name: string;
  readonly logits: (graph: Graph, options: BertOptions) => Node;
}

/** Lengths are rounded up to a multiple: 16 tokens of padding in the mean, and few sessions. */
export const LENGTH_STEP = 32;

/** Kept at once for each count of documents, those that were used last. All lengths up to 256 tokens have their own. */
const MAXIMUM_SESSIONS = 8;

/**
 * Weights that every session may have a copy of, packed for its products: a sixth faster than reading shared ones. Those
 * of larger models are shared, so that eight sessions take little more memory than one.
 */
const MAXIMUM_COPIED_BYTES = 16_000_000;

/** Of a large quantized model: every session has its own copy, since whole numbers are part of the file. */
const MAXIMUM_LARGE_SESSIONS = 2;

/**
 * Loads an encoder from its two files; from quantized weights it computes in int8.
 * @throws ModelFormatError when the files are malformed or hold another head
 */
export function loadOnnxEncoder(files: ModelFiles, { head, name, logits }: EncoderHead): OnnxEncoder {
  const model = readServed(files);
  const { config } = model;
  if (config.head !== head) {
    throw new ModelFormatError('config.json', [`architectures: expected ${name}, got ${config.head}`]);
  }
  const pools = new Map<number, SessionPool>();
  const poolOf = (batchSize: number): SessionPool => {
    const known = pools.get(batchSize);
    const open = (length: number) => openSession(model, { batchSize, length, logits });
    const pool = known ?? createSessionPool(open, sessionsOf(model));
    pools.set(batchSize, pool);
    return pool;
  };
  return {
    config,
    batches: !model.quantized, // whole numbers have one scale for all that is multiplied at once
    lengthsKept: sessionsOf(model),
    run: async (...rows) => {
      const lengths = rows.map((row) => row.length);
      const rounded = LENGTH_STEP * Math.ceil(Math.max(...lengths) / LENGTH_STEP);
      const length = Math.min(config.contextLength, rounded);
      const ids = new Int32Array(rows.length * length);
      for (const [index, row] of rows.entries()) ids.set(row, index * length);
      const mask = attentionMask(lengths, length);
      const { probabilities } = await poolOf(rows.length).run(length, { ids, mask });
      return Float32Array.from(probabilities);
    },
    close: async () => {
      for (const pool of pools.values()) await pool.close();
    },
  };
}

const isSmall = ({ parameters }: ServedModel): boolean => parameters.byteLength <= MAXIMUM_COPIED_BYTES;

const sessionsOf = (model: ServedModel): number =>
  model.quantized && !isSmall(model) ? MAXIMUM_LARGE_SESSIONS : MAXIMUM_SESSIONS;

function openSession(
  model: ServedModel,
  { batchSize, length, logits }: BertShape & Pick<EncoderHead, 'logits'>,
): Promise<OnnxSession> {
  const { config, layout, parameters, quantized } = model;
  const probabilities = softmax(logits(createGraph(), { config, batchSize, length }));
  const values = new Map(namedTensors(layout, parameters).map((tensor) => [tensor.name, tensor.values]));
  if (quantized) return openOnnxSession(writeOnnx({ probabilities }, { values, precision: 'int8' }));
  return isSmall(model)
    ? openOnnxSession(writeOnnx({ probabilities }, { values }))
    : openOnnxSession(writeOnnx({ probabilities }, 'fed'), { shared: values });
}
