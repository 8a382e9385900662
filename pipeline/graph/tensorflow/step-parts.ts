// What a step inside the TensorFlow graph works on: the variables of a parameter, and the numbers of the step.
import type { Optimizer } from '../../training/optimizer.ts';
import type { Shape } from '../operation-kinds.ts';
import type { Reference } from './graph-def.ts';

/** A variable of TensorFlow's. */
export interface VariableReferences {
  readonly handle: Reference;
  /** Its value before the step. */
  readonly value: Reference;
}

/** A parameter and what its optimizer keeps. */
export interface Variable extends VariableReferences {
  readonly name: string;
  readonly shape: Shape;
  readonly decays: boolean;
  /** By name, those that the optimizer keeps of this parameter. */
  readonly slots: Readonly<Record<string, VariableReferences>>;
  /** Where weights are averaged. */
  readonly average: VariableReferences | undefined;
  /** The gradients of a batch's parts, added up; nothing before the first. */
  readonly sum: VariableReferences;
}

/** Scalars that are fed at each step. */
export interface UpdateScalars {
  readonly rate: Reference;
  readonly epsilon: Reference;
  readonly decay: Reference;
  readonly renewal: Reference;
  readonly newestShare: Reference;
}

/** A parameter's part of a step. */
export interface UpdateOptions {
  readonly optimizer: Optimizer;
  readonly gradient: Reference;
  readonly scalars: UpdateScalars;
}
