// Optimizer steps over plain arrays: what the updates inside TensorFlow's graph are compared with, and what trains where
// only plain TensorFlow.js is at hand.
import type { ParameterEntry } from '../model/layout.ts';
import type { Adafactor, AdamW, MomentumSgd, UpdateNumbers } from './optimizer.ts';
import { isFactored } from './optimizer.ts';
import type { Kept, Vectors } from './session.ts';
import { vectorLayouts } from './session.ts';

/**
 * Takes one step; the vectors are changed in place.
 * @param gradient of all parameters, in the order of the layout; scaled down to the norm where it is longer
 * @returns the gradient's norm before clipping
 */
export function updatePlain(
  vectors: Vectors,
  gradient: Float32Array,
  options: Kept & { readonly maximumNorm: number; readonly numbers: UpdateNumbers },
): number {
  const { layout, optimizer, maximumNorm, numbers } = options;
  const layouts = Object.entries(vectorLayouts(options));
  const norm = Math.sqrt(gradient.reduce((sum, slope) => sum + slope * slope, 0));
  const clip = Math.min(1, maximumNorm / norm);
  for (const entry of layout.entries) {
    const { name, offset, size, decays } = entry;
    const slopes = gradient.slice(offset, offset + size).map((slope) => slope * clip);
    const vectorsOfOne = layouts.map(([vector, { spans }]): [string, Float32Array] => {
      const { start = 0, end = 0 } = spans.get(name) ?? {};
      return [vector, vectors[vector].subarray(start, end)];
    });
    const own = { ...Object.fromEntries(vectorsOfOne), slopes };
    const span: Span = { entry, own, keep: 1 - (decays ? numbers.decay : 0), ...numbers };
    if (optimizer.kind === 'adamw') stepAdamW(span, optimizer);
    else if (optimizer.kind === 'sgd') stepMomentum(span, optimizer);
    else stepAdafactor(span, optimizer);
  }
  return norm;
}

/** One parameter in a step. */
interface Span extends UpdateNumbers {
  readonly entry: ParameterEntry;
  /** `parameters`, `slopes` as clipped, and what the optimizer keeps. */
  readonly own: Vectors;
  /** What weight decay leaves of a parameter. */
  readonly keep: number;
}

function stepAdamW({ own, keep, rate, epsilon }: Span, { beta1, beta2 }: AdamW): void {
  const { parameters, firstMoments, secondMoments } = own;
  for (const [index, slope] of own.slopes.entries()) {
    firstMoments[index] = beta1 * firstMoments[index] + (1 - beta1) * slope;
    secondMoments[index] = beta2 * secondMoments[index] + (1 - beta2) * slope * slope;
    const change = (rate * firstMoments[index]) / (Math.sqrt(secondMoments[index]) + epsilon);
    parameters[index] = parameters[index] * keep - change;
  }
}

function stepMomentum({ own, keep, rate }: Span, { momentum }: MomentumSgd): void {
  const { parameters, velocities } = own;
  for (const [index, slope] of own.slopes.entries()) {
    velocities[index] = momentum * velocities[index] + slope;
    parameters[index] = parameters[index] * keep - rate * velocities[index];
  }
}

function stepAdafactor(span: Span, { epsilon, clippingThreshold }: Adafactor): void {
  const { own, keep, rate } = span;
  const squares = own.slopes.map((slope) => slope * slope + epsilon);
  const scales = isFactored(span.entry.shape) ? factoredScales(span, squares) : ownScales(span, squares);
  const changes = own.slopes.map((slope, index) => slope * scales[index]);
  const rms = Math.sqrt(changes.reduce((sum, change) => sum + change * change, 0) / changes.length);
  const share = rate / Math.max(1, rms / clippingThreshold);
  for (const [index, change] of changes.entries()) {
    own.parameters[index] = own.parameters[index] * keep - share * change;
  }
}

/** 1/√v of each entry. */
function ownScales({ own: { secondMoments }, renewal }: Span, squares: Float32Array): Float32Array {
  renew(secondMoments, squares, renewal);
  return secondMoments.map((moment) => 1 / Math.sqrt(moment));
}

/** 1/√v where v is the product of its row's and its column's mean, over the mean of all (algorithm 4, line 7). */
function factoredScales({ entry, own, renewal }: Span, squares: Float32Array): Float32Array {
  const [rows, columns] = entry.shape;
  const { rowMoments, columnMoments } = own;
  const rowMeans = new Float32Array(rows);
  const columnMeans = new Float32Array(columns);
  for (const [index, square] of squares.entries()) {
    rowMeans[Math.floor(index / columns)] += square / columns;
    columnMeans[index % columns] += square / rows;
  }
  renew(rowMoments, rowMeans, renewal);
  renew(columnMoments, columnMeans, renewal);
  const mean = rowMoments.reduce((sum, moment) => sum + moment, 0) / rows;
  return squares.map((_, index) => {
    const row = rowMoments[Math.floor(index / columns)] / mean;
    return 1 / Math.sqrt(row) / Math.sqrt(columnMoments[index % columns]); // the product alone may be too small a number
  });
}

function renew(moments: Float32Array, means: Float32Array, share: number): void {
  for (const [index, mean] of means.entries()) moments[index] += share * (mean - moments[index]);
}

/** Moves the averages, where there are any, towards the parameters by a share of what is between them. */
export function averagePlain({ parameters, averages }: Partial<Vectors>, share: number): void {
  if (parameters !== undefined && averages !== undefined) renew(averages, parameters, share);
}
