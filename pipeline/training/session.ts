// What training asks of whatever computes it: a graph a shape of batch, one set of parameters under all of them, and an
// optimizer that moves it.
import type { Node } from '../graph/ir.ts';
import { reachableOf } from '../graph/ir.ts';
import type { Precision, Shape } from '../graph/operation-kinds.ts';
import { sizeOf } from '../graph/shapes.ts';
import type { ParameterLayout } from '../model/layout.ts';
import type { Averaging } from './averaging.ts';
import type { Optimizer, Slot } from './optimizer.ts';
import { alike, slotsOf } from './optimizer.ts';

/** Values for the inputs of a graph, by name. */
export type Feeds = Readonly<Record<string, Float32Array | Int32Array>>;

/** Parameters that training leaves as they are. */
export interface Frozen {
  readonly layout: ParameterLayout;
  /** [layout.size] */
  readonly parameters: Float32Array;
}

/** Everything that is computed while a phase is trained. Parameters are shared by name. */
export interface TrainingPlan {
  /** Of what is trained: it alone has gradients, and a place in the vectors. */
  readonly layout: ParameterLayout;
  /** What the losses read beside it; absent: nothing. */
  readonly frozen?: Frozen | undefined;
  readonly optimizer: Optimizer;
  /** Absent: the parameters themselves are validated and written. */
  readonly averaging?: Averaging | undefined;
  /** In what matrix products are computed, where the session knows more than float32. */
  readonly precision: Precision;
  /** Gradients that are longer, all together, are scaled down to this norm. */
  readonly maximumNorm: number;
  /** A scalar loss by the name of its program; each is a graph of its own. */
  readonly losses: Readonly<Record<string, Node>>;
  /** Losses that are only looked at. */
  readonly validations: Readonly<Record<string, Node>>;
}

/** `parameters`, what the optimizer keeps, and their `averages`, by name; as `vectorLayouts` has them. */
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
  /** @returns a validation's loss at the present weights: the averages where there are any. */
  readonly validate: (program: string, feeds: Feeds) => number;
  /** @returns copies of all vectors. */
  readonly read: () => Vectors;
  readonly dispose: () => void;
}

/** Starts a plan from given vectors. */
export type OpenSession = (plan: TrainingPlan, vectors: Vectors) => Promise<TrainingSession>;

/** What of a plan says which vectors there are. */
export type Kept = Pick<TrainingPlan, 'layout' | 'optimizer' | 'averaging'>;

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

/** @returns all vectors of a plan, by name. */
export function vectorLayouts({
  layout,
  optimizer,
  averaging,
}: Kept): Readonly<Record<string, VectorLayout>> {
  const averages = averaging === undefined ? [] : [alike('averages')];
  const kept = [alike('parameters'), ...slotsOf(optimizer), ...averages];
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

/** @returns the vectors before the first step: nothing is known of any gradient, and the parameters are their average. */
export function startingVectors(parameters: Float32Array, kept: Kept): Vectors {
  const zeros = Object.entries(vectorSizes(kept)).map(([name, size]): [string, Float32Array] => [
    name,
    new Float32Array(size),
  ]);
  const vectors = { ...Object.fromEntries(zeros), parameters };
  return kept.averaging === undefined ? vectors : { ...vectors, averages: parameters.slice() };
}

/** @returns the parameters that a loss reads and that are trained: those of the layout. */
export function trainedParameters(loss: Node, { layout }: Pick<TrainingPlan, 'layout'>): Node<'parameter'>[] {
  const trained = new Set(layout.entries.map(({ name }) => name));
  return reachableOf([loss], 'parameter').filter(({ attributes }) => trained.has(attributes.name));
}

/** @returns what is validated and written, in the order of the layout. */
export function weightsOf(vectors: Vectors): Float32Array {
  return Object.hasOwn(vectors, 'averages') ? vectors.averages : vectors.parameters;
}
