// Optimizer steps over plain arrays: what the updates inside TensorFlow's graph are compared with, and what trains where
// only plain TensorFlow.js is at hand.
import type { ParameterEntry, ParameterLayout } from '../model/layout.ts';
import type { AdamW, MomentumSgd, Optimizer, UpdateNumbers } from './optimizer.ts';
import type { Vectors } from './session.ts';

/**
 * Takes one step; the vectors are changed in place.
 * @param gradient of all parameters, in the order of the layout; scaled down to the norm where it is longer
 * @returns the gradient's norm before clipping
 */
export function updatePlain(
  vectors: Vectors,
  gradient: Float32Array,
  options: {
    readonly layout: ParameterLayout;
    readonly optimizer: Optimizer;
    readonly maximumNorm: number;
    readonly numbers: UpdateNumbers;
  },
): number {
  const { layout, optimizer, maximumNorm, numbers } = options;
  const norm = Math.sqrt(gradient.reduce((sum, slope) => sum + slope * slope, 0));
  const clip = Math.min(1, maximumNorm / norm);
  for (const entry of layout.entries) {
    const span = { entry, gradient, clip, keep: 1 - (entry.decays ? numbers.decay : 0), ...numbers };
    if (optimizer.kind === 'adamw') stepAdamW(vectors, optimizer, span);
    else stepMomentum(vectors, optimizer, span);
  }
  return norm;
}

interface Span extends UpdateNumbers {
  readonly entry: ParameterEntry;
  readonly gradient: Float32Array;
  readonly clip: number;
  /** What weight decay leaves of a parameter. */
  readonly keep: number;
}

function stepAdamW(vectors: Vectors, { beta1, beta2 }: AdamW, span: Span): void {
  const { parameters, firstMoments, secondMoments } = vectors;
  const { entry, gradient, clip, keep, rate, epsilon } = span;
  for (let index = entry.offset; index < entry.offset + entry.size; index += 1) {
    const slope = gradient[index] * clip;
    firstMoments[index] = beta1 * firstMoments[index] + (1 - beta1) * slope;
    secondMoments[index] = beta2 * secondMoments[index] + (1 - beta2) * slope * slope;
    const change = (rate * firstMoments[index]) / (Math.sqrt(secondMoments[index]) + epsilon);
    parameters[index] = parameters[index] * keep - change;
  }
}

function stepMomentum({ parameters, velocities }: Vectors, { momentum }: MomentumSgd, span: Span): void {
  const { entry, gradient, clip, keep, rate } = span;
  for (let index = entry.offset; index < entry.offset + entry.size; index += 1) {
    velocities[index] = momentum * velocities[index] + gradient[index] * clip;
    parameters[index] = parameters[index] * keep - rate * velocities[index];
  }
}
