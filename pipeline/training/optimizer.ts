// Optimizers as what they keep beside each parameter and how they use a gradient; the arithmetic itself is written once
// for TensorFlow (graph/tensorflow/updates.ts) and once for plain arrays (plain-updates.ts), and the two are compared.
import type { Shape } from '../graph/operation-kinds.ts';

/** AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2): Adam with decoupled weight decay. */
export interface AdamW {
  readonly kind: 'adamw';
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** Stochastic gradient descent with momentum as PyTorch has it: v ← μv + g, w ← w − ηv; weight decay decoupled. */
export interface MomentumSgd {
  readonly kind: 'sgd';
  readonly momentum: number;
  readonly weightDecay: number;
}

/**
 * Adafactor (Shazeer & Stern 2018, arXiv:1804.04235, algorithms 4 and 5) with a learning rate that is given: neither the
 * relative step of section 8 nor momentum. Of a matrix it keeps a number a row and a number a column, where Adam keeps
 * two an entry.
 */
export interface Adafactor {
  readonly kind: 'adafactor';
  /** β₂ of step t is 1 − t to this power. */
  readonly decayExponent: number;
  /** Added to squared gradients. */
  readonly epsilon: number;
  /** d: updates whose root mean square is larger are scaled down to it. */
  readonly clippingThreshold: number;
  readonly weightDecay: number;
}

export type Optimizer = AdamW | MomentumSgd | Adafactor;

/** SGD with the customary momentum. */
export const momentumSgd = (weightDecay: number): MomentumSgd => ({
  kind: 'sgd',
  momentum: 0.9,
  weightDecay,
});

/** AdamW as BERT is trained. */
export const adamW = (weightDecay: number): AdamW => ({
  kind: 'adamw',
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay,
});

/** Adafactor with the paper's numbers. */
export const adafactor = (weightDecay: number): Adafactor => ({
  kind: 'adafactor',
  decayExponent: -0.8,
  epsilon: 1e-30,
  clippingThreshold: 1,
  weightDecay,
});

const optimizers = { adamw: adamW, sgd: momentumSgd, adafactor };

/** @returns the optimizer that a model file names. */
export function optimizerOf(options: {
  readonly optimizer: Optimizer['kind'];
  readonly weightDecay: number;
}): Optimizer {
  return optimizers[options.optimizer](options.weightDecay);
}

/** Something that is kept beside the parameters. */
export interface Slot {
  readonly name: string;
  /** @returns the shape of what is kept of a parameter; undefined: nothing is. */
  readonly shapeOf: (shape: Shape) => Shape | undefined;
}

/** A slot of the parameters' own shapes. */
export const alike = (name: string): Slot => ({ name, shapeOf: (shape) => shape });

/** Whether Adafactor keeps rows and columns of a parameter, and not every entry; none has more than two axes. */
export const isFactored = (shape: Shape): boolean => shape.length === 2;

const slots: Readonly<Record<Optimizer['kind'], readonly Slot[]>> = {
  adamw: [alike('firstMoments'), alike('secondMoments')],
  sgd: [alike('velocities')],
  adafactor: [
    { name: 'rowMoments', shapeOf: (shape) => (isFactored(shape) ? [shape[0]] : undefined) },
    { name: 'columnMoments', shapeOf: (shape) => (isFactored(shape) ? [shape[1]] : undefined) },
    { name: 'secondMoments', shapeOf: (shape) => (isFactored(shape) ? undefined : shape) },
  ],
};

/** @returns what the optimizer keeps. */
export function slotsOf(optimizer: Optimizer): readonly Slot[] {
  return slots[optimizer.kind];
}

/** Numbers that change from step to step and are fed to the update. */
export interface UpdateNumbers {
  /** Multiplies the update, bias corrections included. */
  readonly rate: number;
  /** AdamW's ε, moved to where the second moment is not corrected. */
  readonly epsilon: number;
  /** What weight decay takes of a parameter. */
  readonly decay: number;
  /** Adafactor's 1 − β₂: the share of the new square in a second moment. */
  readonly renewal: number;
}

/**
 * @param step from 0
 * @param learningRate at this step
 */
export function updateNumbers(optimizer: Optimizer, step: number, learningRate: number): UpdateNumbers {
  const plain = { rate: learningRate, epsilon: 0, decay: learningRate * optimizer.weightDecay, renewal: 0 };
  if (optimizer.kind === 'sgd') return plain;
  if (optimizer.kind === 'adafactor') return { ...plain, renewal: (step + 1) ** optimizer.decayExponent };
  // m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε) with both corrections taken out of the loop over parameters.
  const first = 1 - optimizer.beta1 ** (step + 1);
  const second = Math.sqrt(1 - optimizer.beta2 ** (step + 1));
  return { ...plain, rate: (learningRate * second) / first, epsilon: optimizer.epsilon * second };
}
