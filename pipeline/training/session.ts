// What training asks of whatever computes it: a graph a shape of batch, one set of parameters under all of them, and an
// optimizer that moves it.
import type { Node } from '../graph/ir.ts';
import type { Precision, Shape } from '../graph/operation-kinds.ts';
import { sizeOf } from '../graph/shapes.ts';
import type { ParameterLayout } from '../model/layout.ts';
import type { Optimizer, Slot } from './optimizer.ts';
import { slotsOf } from './optimizer.ts';

/** Values for the inputs of a graph, by name. */
export type Feeds = Readonly<Record<string, Float32Array | Int32Array>>;

/** Everything that is computed while a phase is trained. Parameters are shared by name. */
export interface TrainingPlan {
  readonly layout: ParameterLayout;
  readonly optimizer: Optimizer;
  /** In what matrix products are computed, where the session knows more than float32. */
  readonly precision: Precision;
  /** Gradients that are longer, all together, are scaled down to this norm. */
  readonly maximumNorm: number;
  /** A scalar loss by the name of its program; each is a graph of its own. */
  readonly losses: Readonly<Record<string, Node>>;
  /** Losses that are only looked at. */
  readonly validations: Readonly<Record<string, Node>>;
}

/** `parameters`, and what the optimizer keeps, by name; as `vectorLayouts` has them. */
export type Vectors = Readonly<Record<string, Float32Array>>;

export interface StepResult {
  /** Of the batch, before the update. */
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
}

/** A plan at work. */
export interface TrainingSession {
  /** Takes one step; parameters and what the optimizer keeps are changed. */
  readonly step: (program: string, feeds: Feeds, at: { step: number; learningRate: number }) => StepResult;
  /** @returns a validation's loss at the present parameters. */
  readonly validate: (program: string, feeds: Feeds) => number;
  /** @returns copies of all vectors. */
  readonly read: () => Vectors;
  readonly dispose: () => void;
}

/** Starts a plan from given vectors: `parameters`, and each of the optimizer's. */
export type OpenSession = (plan: TrainingPlan, vectors: Vectors) => Promise<TrainingSession>;

/** What of a plan says which vectors there are. */
export type Kept = Pick<TrainingPlan, 'layout' | 'optimizer'>;

/** Where a parameter's numbers stand in a vector. */
export interface Span {
  readonly shape: Shape;
  readonly start: number;
  readonly end: number;
}

/** How a vector is made up; parameters of which it has nothing are missing. */
export interface VectorLayout {
  readonly spans: ReadonlyMap<string, Span>;
  /** Count of all numbers. */
  readonly size: number;
}

/** @returns all vectors of a plan, by name: the parameters, and what the optimizer keeps of them. */
export function vectorLayouts({ layout, optimizer }: Kept): Readonly<Record<string, VectorLayout>> {
  const kept: Slot[] = [{ name: 'parameters', shapeOf: (shape) => shape }, ...slotsOf(optimizer)];
  return Object.fromEntries(kept.map(({ name, shapeOf }) => [name, layOutVector(layout, shapeOf)]));
}

function layOutVector({ entries }: ParameterLayout, shapeOf: Slot['shapeOf']): VectorLayout {
  const spans = new Map<string, Span>();
  let start = 0;
  for (const entry of entries) {
    const shape = shapeOf(entry.shape);
    if (shape === undefined) continue;
    const end = start + sizeOf(shape);
    spans.set(entry.name, { shape, start, end });
    start = end;
  }
  return { spans, size: start };
}

/** @returns how many numbers each vector of a plan has. */
export function vectorSizes(kept: Kept): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(vectorLayouts(kept)).map(([name, { size }]) => [name, size]));
}

/** @returns the vectors before the first step: nothing is known of any gradient. */
export function startingVectors(parameters: Float32Array, kept: Kept): Vectors {
  const zeros = Object.entries(vectorSizes(kept)).map(([name, size]): [string, Float32Array] => [
    name,
    new Float32Array(size),
  ]);
  return { ...Object.fromEntries(zeros), parameters };
}
