// What a phase minimizes: the loss of one step's batch as a function of the parameters, with everything random a
// function of (seed, step).
import * as tf from '@tensorflow/tfjs';
import type { FineTuningSpec, PretrainingSpec } from '../../contracts/model-spec/learning.ts';
import type { TokenBatch } from '../model/bert.ts';
import { classify, noDropout, predictTokens } from '../model/bert.ts';
import type { BertConfig } from '../model/config.ts';
import { crossEntropy } from '../model/layers.ts';
import type { ParameterLayout, Parameters } from '../model/layout.ts';
import { parameterLayout } from '../model/layout.ts';
import { createDataOrder } from './data-order.ts';
import { createDropout } from './dropout.ts';
import { addTokenNoise, maskTokens } from './masking.ts';
import { randomFor } from './streams.ts';
import type { TokenRows } from './token-rows.ts';
import { takeBatch } from './token-rows.ts';

/** One step's loss, to be differentiated. */
export interface StepLoss {
  /** Positions that the step computes, padding to the batch's longest row included. */
  readonly tokens: number;
  /** @returns the mean loss of the batch, a scalar. */
  readonly loss: (parameters: Parameters) => tf.Scalar;
}

/** A phase of training as what it minimizes. */
export interface Objective {
  readonly layout: ParameterLayout;
  readonly totalSteps: number;
  /** Loss of a model that knows nothing, in nats: training has diverged where it is far above. */
  readonly ignorantLoss: number;
  readonly step: (step: number) => StepLoss;
  /** @returns the mean loss on rows that are not trained on, without noise; undefined where there are none. */
  readonly validate: (parameters: Parameters) => number | undefined;
}

/** A row with its class. */
export interface Example {
  readonly row: number;
  readonly label: number;
}

export interface PretrainingTask {
  readonly config: BertConfig;
  readonly seed: number;
  readonly tokens: TokenRows;
  readonly options: PretrainingSpec;
}

export interface FineTuningTask {
  readonly config: BertConfig;
  readonly seed: number;
  readonly tokens: TokenRows;
  readonly options: FineTuningSpec;
  readonly training: readonly Example[];
  readonly validation: readonly Example[];
}

/** Masked language modelling over all rows. */
export function createPretraining({ config, seed, tokens, options }: PretrainingTask): Objective {
  const order = createDataOrder(tokens.rows, { seed, ...options });
  return {
    layout: parameterLayout(config),
    totalSteps: order.totalSteps,
    ignorantLoss: Math.log(config.vocabularySize),
    step: (step) => {
      const random = randomFor(seed, 'masking', step);
      const masked = maskTokens(takeBatch(tokens, order.batch(step)), tokens, options.maskedFraction, random);
      const loss = (parameters: Parameters): tf.Scalar => {
        const dropout = createDropout(options.dropout, randomFor(seed, 'dropout', step));
        const positions = tf.tensor1d(masked.positions, 'int32');
        const logits = predictTokens({ config, parameters, dropout }, masked.batch, positions);
        return crossEntropy(logits, distributions(masked.targets, config.vocabularySize, 0));
      };
      return { tokens: masked.batch.ids.length, loss };
    },
    validate: () => undefined,
  };
}

/** Classification of labelled rows. */
export function createFineTuning(task: FineTuningTask): Objective {
  const { config, seed, tokens, options } = task;
  const classes = config.labels.length;
  const order = createDataOrder(task.training.length, { seed, ...options });
  return {
    layout: parameterLayout(config),
    totalSteps: order.totalSteps,
    ignorantLoss: Math.log(classes),
    step: (step) => {
      const examples = Array.from(order.batch(step), (index) => task.training[index]);
      const random = randomFor(seed, 'token-noise', step);
      const batch = addTokenNoise(batchOf(tokens, examples), tokens, options.tokenNoise, random);
      const loss = (parameters: Parameters): tf.Scalar => {
        const dropout = createDropout(options.dropout, randomFor(seed, 'dropout', step));
        const targets = distributions(labelsOf(examples), classes, options.labelSmoothing);
        return crossEntropy(classify({ config, parameters, dropout }, batch), targets);
      };
      return { tokens: batch.ids.length, loss };
    },
    validate: (parameters) => validationLoss(task, parameters),
  };
}

const batchOf = (tokens: TokenRows, examples: readonly Example[]): TokenBatch =>
  takeBatch(
    tokens,
    examples.map(({ row }) => row),
  );

const labelsOf = (examples: readonly Example[]): Int32Array =>
  Int32Array.from(examples, ({ label }) => label);

/** [N] → [N, K]: one for the label, of which smoothing spreads a share over all classes (Szegedy et al. 2016). */
function distributions(labels: Int32Array, classes: number, smoothing: number): tf.Tensor2D {
  const low = smoothing / classes;
  return tf.oneHot(tf.tensor1d(labels, 'int32'), classes, 1 - smoothing + low, low, 'float32') as tf.Tensor2D;
}

const VALIDATION_ROWS = 512; // more say no more about a curve, and cost time
const VALIDATION_BATCH = 32;

function validationLoss(
  { config, tokens, validation }: FineTuningTask,
  parameters: Parameters,
): number | undefined {
  const rows = validation.slice(0, VALIDATION_ROWS);
  if (rows.length === 0) return undefined;
  let sum = 0;
  for (let start = 0; start < rows.length; start += VALIDATION_BATCH) {
    const examples = rows.slice(start, start + VALIDATION_BATCH);
    const loss = tf.tidy(() => {
      const logits = classify({ config, parameters, dropout: noDropout }, batchOf(tokens, examples));
      return crossEntropy(logits, distributions(labelsOf(examples), config.labels.length, 0)).dataSync()[0];
    });
    sum += loss * examples.length;
  }
  return sum / rows.length;
}
