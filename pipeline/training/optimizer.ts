// Optimizers as what they keep beside each parameter and how they use a gradient; the arithmetic itself is written once
// for TensorFlow (graph/tensorflow/updates.ts) and once for plain arrays (plain-session.ts), and the two are compared.

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

export type Optimizer = AdamW | MomentumSgd;

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

/** @returns the names of what the optimizer keeps, each of the size of the parameters. */
export function slotsOf(optimizer: Optimizer): readonly string[] {
  return optimizer.kind === 'adamw' ? ['firstMoments', 'secondMoments'] : ['velocities'];
}

/** Numbers that change from step to step and are fed to the update. */
export interface UpdateNumbers {
  /** Multiplies the update, bias corrections included. */
  readonly rate: number;
  /** AdamW's ε, moved to where the second moment is not corrected. */
  readonly epsilon: number;
  /** What weight decay takes of a parameter. */
  readonly decay: number;
}

/**
 * @param step from 0
 * @param learningRate at this step
 */
export function updateNumbers(optimizer: Optimizer, step: number, learningRate: number): UpdateNumbers {
  const decay = learningRate * optimizer.weightDecay;
  if (optimizer.kind === 'sgd') return { rate: learningRate, epsilon: 0, decay };
  // m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε) with both corrections taken out of the loop over parameters.
  const first = 1 - optimizer.beta1 ** (step + 1);
  const second = Math.sqrt(1 - optimizer.beta2 ** (step + 1));
  return { rate: (learningRate * second) / first, epsilon: optimizer.epsilon * second, decay };
}
