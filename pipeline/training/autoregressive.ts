// The next token, over packed documents (Radford et al. 2019, section 2). B windows of a batch, T context length.
import type { PretrainingSpec } from '../../contracts/model-spec/learning.ts';
import type { GptConfig } from '../model/gpt-config.ts';
import { gptLayout } from '../model/gpt-graph.ts';
import { createDataOrder } from './data-order.ts';
import { createEarlyStopping, stoppingBorder } from './early-stopping.ts';
import { paddedRows, rowsAtOnce } from './micro-batches.ts';
import { heldOutText, nextTokenLoss, VALIDATION_BATCH, windowBatches } from './next-token.ts';
import type { Objective, StepBatch } from './objective.ts';
import { programOf } from './objective.ts';
import { dropoutSeed } from './streams.ts';
import type { TokenStream } from './token-stream.ts';
import { readWindows, splitStream, windowsOf } from './token-stream.ts';

export interface AutoregressiveTask {
  readonly config: GptConfig;
  readonly seed: number;
  readonly tokens: TokenStream;
  readonly options: PretrainingSpec;
  /** The last so many documents are not trained on. */
  readonly heldOutDocuments: number;
  /** Of the windows to train on: validated on instead, where there is no early stopping that says so. */
  readonly validationShare?: number | undefined;
}

const VALIDATION_BATCHES = 16; // more say no more about a curve; the last word is over all

/** @throws CorpusTooSmall where no document is left to train on, or none has a text */
export function createAutoregressive(task: AutoregressiveTask): Objective {
  const { config, seed, tokens, options } = task;
  const { contextLength } = config;
  const { training, heldOut } = splitStream(tokens, task.heldOutDocuments);
  const { earlyStopping } = options;
  const count = windowsOf(training, contextLength);
  const windowsToTrainOn = stoppingBorder(count, earlyStopping?.share ?? task.validationShare);
  const order = createDataOrder(windowsToTrainOn, { seed, ...options });
  const program = programOf(contextLength);

  const batch = (step: number): StepBatch => {
    const windows = order.batch(step);
    const batchSize = paddedRows(windows.length, options);
    const { ids, targets, weights } = readWindows(tokens, training, { windows, contextLength, batchSize });
    const feeds = { ids, targets, weights, seed: dropoutSeed(seed, step) };
    return { program, feeds, tokens: ids.length };
  };
  const looking = { contextLength, most: VALIDATION_BATCHES };
  const validationBatches = function* () {
    if (windowsToTrainOn < count)
      yield* windowBatches(tokens, training, { ...looking, first: windowsToTrainOn });
    else if (heldOut) yield* windowBatches(tokens, heldOut, looking);
  };
  const shape = { config, length: contextLength };
  return {
    layout: gptLayout(config),
    totalSteps: order.totalSteps,
    ignorantLoss: Math.log(config.vocabularySize),
    losses: {
      [program]: nextTokenLoss({ ...shape, batchSize: rowsAtOnce(options), dropout: options.dropout }),
    },
    validations: { [program]: nextTokenLoss({ ...shape, batchSize: VALIDATION_BATCH }) },
    batch,
    validationBatches: { [Symbol.iterator]: validationBatches },
    ...(earlyStopping && {
      earlyStopping: createEarlyStopping(earlyStopping, {
        stepsPerEpoch: windowsToTrainOn / options.batchSize,
        totalSteps: order.totalSteps,
      }),
    }),
    ...(heldOut && { heldOut: heldOutText(tokens, heldOut, contextLength) }),
  };
}
