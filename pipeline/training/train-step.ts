// One step of training: loss and gradient of a batch, clipped, through AdamW.
import * as tf from '@tensorflow/tfjs';
import type { ParameterLayout, Parameters } from '../model/layout.ts';
import { splitParameters } from '../model/layout.ts';
import type { TrainingState } from './adamw.ts';
import { stepAdamW } from './adamw.ts';
import type { Objective } from './objective.ts';
import type { Schedule } from './schedule.ts';
import { learningRateAt } from './schedule.ts';

export interface StepOptions {
  readonly schedule: Schedule;
  readonly weightDecay: number;
}

/** What a step did. */
export interface StepReport {
  /** Of the batch, before the update. */
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** Positions computed. */
  readonly tokens: number;
}

/** The loss is not a number any more, or far above that of a model that knows nothing. */
export class Divergence extends Error {
  readonly step: number;
  readonly loss: number;

  constructor(step: number, loss: number) {
    super(`training diverged at step ${step}: loss ${loss}`);
    this.name = 'Divergence';
    this.step = step;
    this.loss = loss;
  }
}

const CLIPPING_NORM = 1; // as BERT is trained
const DIVERGENCE_FACTOR = 10; // single batches of a sound run reach 3 or 4

/**
 * Takes the next step; the state is changed in place, and no tensor stays behind.
 * @throws Divergence when loss or gradient are not finite, or the loss is ten times an ignorant model's
 */
export function trainStep(state: TrainingState, objective: Objective, options: StepOptions): StepReport {
  const { step } = state;
  const { tokens, loss } = objective.step(step);
  const result = lossAndGradient(state.parameters, objective.layout, loss);
  if (!(result.loss < DIVERGENCE_FACTOR * objective.ignorantLoss)) throw new Divergence(step, result.loss);
  const learningRate = learningRateAt(options.schedule, step);
  const gradientNorm = stepAdamW(state, result.gradient, objective.layout, {
    learningRate,
    weightDecay: options.weightDecay,
    maximumNorm: CLIPPING_NORM,
  });
  if (!Number.isFinite(gradientNorm)) throw new Divergence(step, result.loss);
  return { loss: result.loss, gradientNorm, learningRate, tokens };
}

/**
 * Differentiates a loss in all parameters at once.
 * @returns the loss, and its gradient in the order of the layout
 */
export function lossAndGradient(
  flat: Float32Array,
  layout: ParameterLayout,
  loss: (parameters: Parameters) => tf.Scalar,
): { loss: number; gradient: Float32Array } {
  const lossOf = tf.valueAndGrad((x: tf.Tensor) => loss(splitParameters(layout, x as tf.Tensor1D)));
  const point = tf.tensor1d(flat);
  const { value, grad } = lossOf(point);
  // Read outside any `tidy`, which would search a returned array for tensors, number by number.
  const result = { loss: value.dataSync()[0], gradient: grad.dataSync() as Float32Array };
  tf.dispose([point, value, grad]);
  return result;
}

/** @returns the validation loss at the present parameters; undefined where nothing is held out. */
export function validate(state: TrainingState, objective: Objective): number | undefined {
  return tf.tidy(() => objective.validate(splitParameters(objective.layout, tf.tensor1d(state.parameters))));
}
