// The next token, over packed documents (Radford et al. 2019, section 2). B windows of a batch, T context length.
import type { PretrainingSpec } from '../../contracts/model-spec/learning.ts';
import type { Node } from '../graph/ir.ts';
import { createGraph } from '../graph/ir.ts';
import { crossEntropy, input, multiply, reduceSum } from '../graph/operations.ts';
import type { GptConfig } from '../model/gpt-config.ts';
import { gptLayout, nextTokenLogits } from '../model/gpt-graph.ts';
import { createDataOrder } from './data-order.ts';
import { createEarlyStopping, stoppingBorder } from './early-stopping.ts';
import { paddedRows, rowsAtOnce } from './micro-batches.ts';
import type { Objective, StepBatch, ValidationBatch } from './objective.ts';
import { programOf } from './objective.ts';
import { dropoutSeed } from './streams.ts';
import type { Span, TokenStream } from './token-stream.ts';
import { readWindows, splitStream, windowsOf } from './token-stream.ts';

export interface AutoregressiveTask {
  readonly config: GptConfig;
  readonly seed: number;
  readonly tokens: TokenStream;
  readonly options: PretrainingSpec;
  /** The last so many documents are not trained on. */
  readonly heldOutDocuments: number;
}

const VALIDATION_BATCH = 8;
const VALIDATION_BATCHES = 16; // more say no more about a curve; the last word is over all

/** @throws CorpusTooSmall where no document is left to train on, or none has a text */
export function createAutoregressive(task: AutoregressiveTask): Objective {
  const { config, seed, tokens, options } = task;
  const { contextLength } = config;
  const { training, heldOut } = splitStream(tokens, task.heldOutDocuments);
  const { earlyStopping } = options;
  const count = windowsOf(training, contextLength);
  const windowsToTrainOn = stoppingBorder(count, earlyStopping?.share);
  const order = createDataOrder(windowsToTrainOn, { seed, ...options });
  const program = programOf(contextLength);

  const batch = (step: number): StepBatch => {
    const windows = order.batch(step);
    const batchSize = paddedRows(windows.length, options);
    const { ids, targets, weights } = readWindows(tokens, training, { windows, contextLength, batchSize });
    const feeds = { ids, targets, weights, seed: dropoutSeed(seed, step) };
    return { program, feeds, tokens: ids.length };
  };
  const judged = heldOut && batchesOf(task, heldOut);
  const validated = windowsToTrainOn < count ? batchesOf(task, training, windowsToTrainOn) : judged;
  return {
    layout: gptLayout(config),
    totalSteps: order.totalSteps,
    ignorantLoss: Math.log(config.vocabularySize),
    losses: { [program]: loss(config, { batchSize: rowsAtOnce(options), dropout: options.dropout }) },
    validations: { [program]: loss(config, { batchSize: VALIDATION_BATCH, dropout: 0 }) },
    batch,
    validationBatches:
      validated === undefined ? [] : { [Symbol.iterator]: () => validated(VALIDATION_BATCHES) },
    ...(earlyStopping && {
      earlyStopping: createEarlyStopping(earlyStopping, {
        stepsPerEpoch: windowsToTrainOn / options.batchSize,
        totalSteps: order.totalSteps,
      }),
    }),
    ...(heldOut &&
      judged && {
        heldOut: {
          documents: heldOut.documents,
          tokens: heldOut.to - heldOut.from,
          bytes: heldOut.bytes,
          batches: { [Symbol.iterator]: () => judged(Infinity) },
        },
      }),
  };
}

/** Σ weights · cross-entropy of the next token. */
function loss(config: GptConfig, { batchSize, dropout }: { batchSize: number; dropout: number }): Node {
  const graph = createGraph();
  const { contextLength: length } = config;
  const logits = nextTokenLogits(graph, { config, batchSize, length, dropout }); // [B × T, V]
  const losses = crossEntropy(logits, input(graph, 'targets', [batchSize * length], 'int32'));
  return reduceSum(multiply(losses, input(graph, 'weights', [batchSize * length])), [0]);
}

/**
 * Batches of a span in its order, read as they are asked for; each weighs as much as it has tokens to predict.
 * @param first window of the span
 */
function batchesOf({ config: { contextLength }, tokens }: AutoregressiveTask, span: Span, first = 0) {
  const count = windowsOf(span, contextLength);
  return function* batches(most: number): Generator<ValidationBatch> {
    const end = Math.min(count, first + most * VALIDATION_BATCH);
    for (let start = first; start < end; start += VALIDATION_BATCH) {
      const size = Math.min(VALIDATION_BATCH, count - start);
      const windows = Array.from({ length: size }, (_, index) => start + index);
      const read = readWindows(tokens, span, { windows, contextLength, batchSize: VALIDATION_BATCH });
      const { ids, targets, weights, count: rows } = read;
      yield { program: programOf(contextLength), feeds: { ids, targets, weights }, tokens: ids.length, rows };
    }
  };
}
