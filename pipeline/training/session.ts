// What training asks of whatever computes it: a graph a shape of batch, one set of parameters under all of them, and an
// optimizer that moves it.
import type { Node } from '../graph/ir.ts';
import type { Precision } from '../graph/operation-kinds.ts';
import type { ParameterLayout } from '../model/layout.ts';
import type { Optimizer } from './optimizer.ts';
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

/** `parameters`, and what the optimizer keeps, by name; all in the order of the layout. */
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

/** @returns the names of the vectors that are trained with an optimizer. */
export function vectorNames(optimizer: Optimizer): string[] {
  return ['parameters', ...slotsOf(optimizer)];
}

/** @returns the vectors before the first step: nothing is known of any gradient. */
export function startingVectors(parameters: Float32Array, optimizer: Optimizer): Vectors {
  const { length } = parameters;
  const vectors = vectorNames(optimizer).map((name): [string, Float32Array] => [
    name,
    name === 'parameters' ? parameters : new Float32Array(length),
  ]);
  return Object.fromEntries(vectors);
}
