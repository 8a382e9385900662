// A decoder learns to answer: the next token after a prompt, with the loss on the answer and its end of text alone
// (Radford et al. 2018, "Improving Language Understanding by Generative Pre-Training", section 3.3; the loss as Ouyang et
// al. 2022, arXiv:2203.02155, take it for demonstrations).
import type { SupervisedFineTuningSpec } from '../../contracts/model-spec/learning.ts';
import type { GptConfig } from '../model/gpt-config.ts';
import { gptLayout } from '../model/gpt-graph.ts';
import { loraLayout } from '../model/lora.ts';
import { createDataOrder } from './data-order.ts';
import { createEarlyStopping, splitForStopping } from './early-stopping.ts';
import { paddedRows, rowsAtOnce } from './micro-batches.ts';
import { heldOutText, nextTokenLoss, VALIDATION_BATCH } from './next-token.ts';
import type { HeldOutText, Objective, StepBatch, ValidationBatch } from './objective.ts';
import { programOf } from './objective.ts';
import { dropoutSeed } from './streams.ts';
import type { TokenPairs } from './token-pairs.ts';
import { answerTokens, readPairs } from './token-pairs.ts';
import { graphLengths } from './token-rows.ts';
import type { TokenStream } from './token-stream.ts';
import { splitStream } from './token-stream.ts';

export interface SupervisedFineTuningTask {
  readonly config: GptConfig;
  readonly seed: number;
  readonly tokens: TokenPairs;
  readonly options: SupervisedFineTuningSpec;
  /** The last so many pairs are not trained on. */
  readonly heldOutPairs: number;
  /** Of the pairs to train on: validated on instead, where there is no early stopping that says so. */
  readonly validationShare?: number | undefined;
  /** Documents, of which the last are what the model is judged on as a language model. */
  readonly text?: { readonly tokens: TokenStream; readonly heldOutDocuments: number } | undefined;
}

const VALIDATION_ROWS = 128; // more say no more about a curve

/** @param task with one pair to train on at least */
export function createSupervisedFineTuning(task: SupervisedFineTuningTask): Objective {
  const { config, seed, tokens, options } = task;
  const { dropout, earlyStopping, lora } = options;
  const whole = gptLayout(config);
  const border = tokens.rows - task.heldOutPairs;
  const all = Array.from({ length: tokens.rows }, (_, row) => row);
  const heldOut = all.slice(border);
  const split = { training: all.slice(0, border), validation: heldOut };
  const { training, validation } = splitForStopping(split, earlyStopping?.share ?? task.validationShare);
  const order = createDataOrder(training.length, { seed, ...options });
  const lengths = graphLengths(config.contextLength);
  const losses = (batchSize: number, noise: number) =>
    Object.fromEntries(
      lengths.map((length) => [
        programOf(length),
        nextTokenLoss({ config, batchSize, length, dropout: noise, lora }),
      ]),
    );

  const batch = (step: number): StepBatch => {
    const rows = Array.from(order.batch(step), (index) => training[index]);
    const { ids, targets, weights, length } = readPairs(tokens, rows, paddedRows(rows.length, options));
    const feeds = { ids, targets, weights, seed: dropoutSeed(seed, step) };
    return { program: programOf(length), feeds, tokens: ids.length };
  };
  return {
    layout: lora ? loraLayout(whole, lora) : whole,
    totalSteps: order.totalSteps,
    ignorantLoss: Math.log(config.vocabularySize),
    losses: losses(rowsAtOnce(options), dropout),
    validations: losses(VALIDATION_BATCH, 0),
    batch,
    ...(earlyStopping && {
      earlyStopping: createEarlyStopping(earlyStopping, {
        stepsPerEpoch: training.length / options.batchSize,
        totalSteps: order.totalSteps,
      }),
    }),
    validationBatches: {
      [Symbol.iterator]: () => pairBatches(tokens, validation.slice(0, VALIDATION_ROWS)),
    },
    ...(heldOut.length > 0 && { heldOutAnswers: answersOf(tokens, heldOut) }),
    ...heldOutDocuments(task),
  };
}

/** Batches of pairs in their order; each weighs as much as it has tokens to predict. */
function* pairBatches(tokens: TokenPairs, rows: readonly number[]): Generator<ValidationBatch> {
  for (let start = 0; start < rows.length; start += VALIDATION_BATCH) {
    const taken = rows.slice(start, start + VALIDATION_BATCH);
    const { ids, targets, weights, count, length } = readPairs(tokens, taken, VALIDATION_BATCH);
    yield { program: programOf(length), feeds: { ids, targets, weights }, tokens: ids.length, rows: count };
  }
}

function answersOf(tokens: TokenPairs, rows: readonly number[]): HeldOutText {
  return {
    documents: rows.length,
    tokens: rows.reduce((sum, row) => sum + answerTokens(tokens, row), 0),
    bytes: rows.reduce((sum, row) => sum + tokens.bytes[row], 0),
    batches: { [Symbol.iterator]: () => pairBatches(tokens, rows) },
  };
}

/** Over whole windows, for which the pairs have a graph: that of the longest rows. */
function heldOutDocuments({ text, config }: SupervisedFineTuningTask): Pick<Objective, 'heldOut'> {
  const heldOut = text && splitStream(text.tokens, text.heldOutDocuments).heldOut;
  return heldOut ? { heldOut: heldOutText(text.tokens, heldOut, config.contextLength) } : {};
}
