// Masked language modelling over all rows of a corpus (Devlin et al. 2019, arXiv:1810.04805, section 3.1). M masked
// positions of a batch, V vocabulary.
import type { PretrainingSpec } from '../../contracts/model-spec/learning.ts';
import type { Node } from '../graph/ir.ts';
import { createGraph } from '../graph/ir.ts';
import { crossEntropy, input, multiply, reduceSum } from '../graph/operations.ts';
import { attentionMask, maskedTokenLogits } from '../model/bert-graph.ts';
import type { BertConfig } from '../model/config.ts';
import { parameterLayout } from '../model/layout.ts';
import type { Random } from '../random.ts';
import { createRandom } from '../random.ts';
import { createDataOrder } from './data-order.ts';
import { createEarlyStopping, splitForStopping } from './early-stopping.ts';
import type { MaskedBatch } from './masking.ts';
import { maskTokens } from './masking.ts';
import { paddedRows, rowsAtOnce } from './micro-batches.ts';
import type { Objective, StepBatch, ValidationBatch } from './objective.ts';
import { programOf } from './objective.ts';
import { dropoutSeed, randomFor } from './streams.ts';
import type { TokenBatch, TokenRows } from './token-rows.ts';
import { graphLengths, takeBatch } from './token-rows.ts';

export interface PretrainingTask {
  readonly config: BertConfig;
  readonly seed: number;
  readonly tokens: TokenRows;
  readonly options: PretrainingSpec;
  /** Neither trained on nor validated on. */
  readonly heldOutRows?: readonly number[];
  /** Of the rows to train on: validated on instead, where there is no early stopping that says so. */
  readonly validationShare?: number | undefined;
}

const VALIDATION_ROWS = 512; // more say no more about a curve, and cost time
const VALIDATION_BATCH = 32;
const VALIDATION_SEED = 1; // whatever the run's: validations ask for the same tokens each time, and compare

export function createPretraining(task: PretrainingTask): Objective {
  const { config, seed, tokens, options } = task;
  const { earlyStopping } = options;
  const { training, validation } = splitForStopping(
    { training: rowsOf(task), validation: [] },
    earlyStopping?.share ?? task.validationShare,
  );
  const order = createDataOrder(training.length, { seed, ...options });
  const lengths = graphLengths(tokens.contextLength);
  const step = { batchSize: rowsAtOnce(options), dropout: options.dropout };
  const batch = (index: number): StepBatch => {
    const drawn = order.batch(index).map((example) => training[example]);
    const rows = takeBatch(tokens, drawn, paddedRows(drawn.length, options));
    const { feeds, ...rest } = maskedBatch(task, rows, {
      partRows: step.batchSize,
      random: randomFor(seed, 'masking', index),
    });
    return { ...rest, feeds: { ...feeds, seed: dropoutSeed(seed, index) } };
  };
  const validating = { batchSize: VALIDATION_BATCH, dropout: 0 };
  return {
    layout: parameterLayout(config),
    totalSteps: order.totalSteps,
    ignorantLoss: Math.log(config.vocabularySize),
    losses: Object.fromEntries(lengths.map((length) => loss(task, { ...step, length }))),
    validations:
      validation.length === 0
        ? {}
        : Object.fromEntries(lengths.map((length) => loss(task, { ...validating, length }))),
    batch,
    validationBatches: validationBatches(task, validation),
    ...(earlyStopping && {
      earlyStopping: createEarlyStopping(earlyStopping, {
        stepsPerEpoch: training.length / options.batchSize,
        totalSteps: order.totalSteps,
      }),
    }),
  };
}

function rowsOf({ tokens, heldOutRows = [] }: PretrainingTask): number[] {
  const heldOut = new Set(heldOutRows);
  return Array.from({ length: tokens.rows }, (_, row) => row).filter((row) => !heldOut.has(row));
}

/** M, of so many rows: every draw but one in a million takes fewer. */
function placesOf({ options }: PretrainingTask, positions: number): number {
  const expected = options.maskedFraction * positions;
  return Math.min(positions, Math.ceil(expected + 5 * Math.sqrt(expected)));
}

/** Σ weights · cross-entropy of the masked tokens. */
function loss(
  task: PretrainingTask,
  shape: { readonly batchSize: number; readonly length: number; readonly dropout: number },
): [string, Node] {
  const graph = createGraph();
  const places = placesOf(task, shape.batchSize * shape.length);
  const logits = maskedTokenLogits(graph, { config: task.config, ...shape }, places); // [M, V]
  const losses = crossEntropy(logits, input(graph, 'targets', [places], 'int32'));
  const weighted = multiply(losses, input(graph, 'weights', [places]));
  return [programOf(shape.length), reduceSum(weighted, [0])];
}

/** @returns with `rows`, here: masked tokens that have a place */
function maskedBatch(
  task: PretrainingTask,
  rows: TokenBatch,
  { partRows, random }: { readonly partRows: number; readonly random: Random },
): ValidationBatch {
  const { maskedFraction: share, wholeWords } = task.options;
  const masked = maskTokens(rows, task.tokens, { share, wholeWords, random });
  const { ids, lengths, length } = masked.batch;
  const positions = partRows * length;
  const sizes = { parts: rows.batchSize / partRows, positions, places: placesOf(task, positions) };
  const { count, ...placed } = placeByPart(masked, sizes);
  const feeds = { ids, mask: attentionMask(lengths, length), ...placed };
  return { program: programOf(length), tokens: ids.length, feeds, rows: count };
}

function validationBatches(task: PretrainingTask, validation: readonly number[]): ValidationBatch[] {
  const held = validation.slice(0, VALIDATION_ROWS);
  return Array.from({ length: Math.ceil(held.length / VALIDATION_BATCH) }, (_, index) => {
    const drawn = held.slice(index * VALIDATION_BATCH, (index + 1) * VALIDATION_BATCH);
    const rows = takeBatch(task.tokens, drawn, VALIDATION_BATCH);
    const random = createRandom(VALIDATION_SEED, index);
    return maskedBatch(task, rows, { partRows: VALIDATION_BATCH, random });
  });
}

/**
 * Positions and targets by the part that they fall into, as its graph has places for them; positions count from the
 * part's first row. Every token that has a place weighs the same in the whole batch.
 */
function placeByPart(
  masked: MaskedBatch,
  sizes: { readonly parts: number; readonly positions: number; readonly places: number },
): { positions: Int32Array; targets: Int32Array; weights: Float32Array; count: number } {
  const { parts, places } = sizes;
  const positions = new Int32Array(parts * places);
  const targets = new Int32Array(parts * places);
  const weights = new Float32Array(parts * places);
  const taken = new Int32Array(parts);
  for (const [index, position] of masked.positions.entries()) {
    const part = Math.floor(position / sizes.positions);
    if (taken[part] === places) continue;
    const place = part * places + taken[part];
    positions[place] = position % sizes.positions;
    targets[place] = masked.targets[index];
    weights[place] = 1;
    taken[part] += 1;
  }
  const count = weights.reduce((sum, weight) => sum + weight, 0);
  return { positions, targets, weights: weights.map((weight) => weight / count), count };
}
