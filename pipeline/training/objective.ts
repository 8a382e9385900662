// What a phase minimizes: a loss as a graph for each length of row, and the batch of each step, with everything random
// a function of (seed, step).
import type { Node } from '../graph/ir.ts';
import type { ParameterLayout } from '../model/layout.ts';
import type { EarlyStopping } from './early-stopping.ts';
import type { Feeds } from './session.ts';

/** @returns the name of the program for rows of a length. */
export const programOf = (length: number): string => `length-${length}`;

/** A batch, and the graph that it is for. */
export interface StepBatch {
  readonly program: string;
  readonly feeds: Feeds;
  /** Positions that the step computes, padding included. */
  readonly tokens: number;
}

/** Held-out rows, and how much the batch weighs in the mean: how many they are, or what is predicted of them. */
export interface ValidationBatch extends StepBatch {
  readonly rows: number;
}

/** Documents, or answers to prompts, on which a language model is judged at the end. */
export interface HeldOutText {
  readonly documents: number;
  /** Predicted, each document's end-of-text token included. */
  readonly tokens: number;
  /** Of the documents in UTF-8. */
  readonly bytes: number;
  readonly batches: Iterable<ValidationBatch>;
}

/** A phase of training as what it minimizes. */
export interface Objective {
  /** Of what is trained; the losses may read other parameters beside it. */
  readonly layout: ParameterLayout;
  readonly totalSteps: number;
  /** Loss of a model that knows nothing, in nats: training has diverged where it is far above. */
  readonly ignorantLoss: number;
  /**
   * The mean loss of a batch, by program; of a part of it, where a batch is computed in parts (micro-batches.ts): a sum
   * over rows of what each weighs in the whole batch.
   */
  readonly losses: Readonly<Record<string, Node>>;
  /** The mean loss without noise, by program. */
  readonly validations: Readonly<Record<string, Node>>;
  readonly batch: (step: number) => StepBatch;
  /** Absent: every step is taken. */
  readonly earlyStopping?: EarlyStopping;
  /** Rows that are not trained on; none where nothing is held out. */
  readonly validationBatches: Iterable<ValidationBatch>;
  /** Of a language model, where documents are held out. */
  readonly heldOut?: HeldOutText;
  /** Of one that learns to answer, where pairs are held out. */
  readonly heldOutAnswers?: HeldOutText;
}
