// Where a run takes its batches from: made when they are asked for, or ahead, in a thread that works while a step runs.

import type { AutoregressiveTask } from '../../pipeline/training/autoregressive.ts';
import { createAutoregressive } from '../../pipeline/training/autoregressive.ts';
import type { FineTuningTask } from '../../pipeline/training/fine-tuning.ts';
import { createFineTuning } from '../../pipeline/training/fine-tuning.ts';
import type { Objective, StepBatch } from '../../pipeline/training/objective.ts';
import type { PretrainingTask } from '../../pipeline/training/pretraining.ts';
import { createPretraining } from '../../pipeline/training/pretraining.ts';
import type { SupervisedFineTuningTask } from '../../pipeline/training/supervised-fine-tuning.ts';
import { createSupervisedFineTuning } from '../../pipeline/training/supervised-fine-tuning.ts';
import type { TokenClassificationTask } from '../../pipeline/training/token-classification.ts';
import { createTokenClassification } from '../../pipeline/training/token-classification.ts';
import type { TokenSource } from './token-file.ts';
import { readTokenFile } from './token-file.ts';

/** The batches of a run, in the order of its steps. */
export interface Batches {
  /** @param step one more than the last time, from where the run starts */
  readonly next: (step: number) => Promise<StepBatch>;
  /** Once the run has ended, however it did. */
  readonly close: () => Promise<void>;
}

/** Tokens as they travel to a thread: what is read of them, and from which open file. */
type Travelling<T extends { readonly ids: unknown }> = Omit<T, 'ids'> & { readonly ids: TokenSource };
type TaskWith<T extends { readonly tokens: { readonly ids: unknown } }> = Omit<T, 'tokens'> & {
  readonly tokens: Travelling<T['tokens']>;
};

/** A phase as plain data: what its batches are a function of, beside the step. */
export type BatchRecipe =
  | { readonly kind: 'fine-tuning'; readonly task: TaskWith<FineTuningTask> }
  | { readonly kind: 'token-classification'; readonly task: TaskWith<TokenClassificationTask> }
  | { readonly kind: 'supervised-fine-tuning'; readonly task: TaskWith<SupervisedFineTuningTask> }
  | { readonly kind: 'masked'; readonly task: TaskWith<PretrainingTask> }
  | { readonly kind: 'autoregressive'; readonly task: TaskWith<AutoregressiveTask> };

/** Starts preparing the batches of a phase from a step on. */
export type OpenBatches = (recipe: BatchRecipe, span: { start: number; totalSteps: number }) => Batches;

/** @returns what makes the batch of a step, from nothing but the recipe and the file that it names */
export function batchMaker(recipe: BatchRecipe): Objective['batch'] {
  switch (recipe.kind) {
    case 'fine-tuning':
      return createFineTuning({ ...recipe.task, tokens: opened(recipe.task.tokens) }).batch;
    case 'token-classification':
      return createTokenClassification({ ...recipe.task, tokens: opened(recipe.task.tokens) }).batch;
    case 'supervised-fine-tuning':
      return createSupervisedFineTuning({ ...recipe.task, tokens: opened(recipe.task.tokens) }).batch;
    case 'masked':
      return createPretraining({ ...recipe.task, tokens: opened(recipe.task.tokens) }).batch;
    case 'autoregressive':
      return createAutoregressive({ ...recipe.task, tokens: opened(recipe.task.tokens) }).batch;
  }
}

function opened<T extends { readonly ids: TokenSource }>(tokens: T) {
  return { ...tokens, ids: readTokenFile(tokens.ids) };
}

/** Batches that are made in this thread, each when it is asked for. */
export function batchesHere({ batch }: Objective): Batches {
  return { next: (step) => Promise.resolve(batch(step)), close: () => Promise.resolve() };
}
