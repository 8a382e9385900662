// What a task is to a gateway and to a model process: a question goes over, pieces of an answer may come, then the answer.
// Each task has a file of either side; they are listed in model-process-main.ts and loaded-version.ts.
import type { ModelSpec } from '../../contracts/model-spec/model-spec.ts';
import type { BatchingSpec } from '../../contracts/model-spec/serving.ts';

/** Of those that gateways serve. */
export type TaskName = Extract<ModelSpec['task'], 'text-classification' | 'language-modelling'>;

/** What is said of a model, plain data all of it. */
export interface TaskWords {
  /** Told once, when the model is loaded. */
  readonly facts: unknown;
  readonly question: unknown;
  /** Of an answer that comes by and by. */
  readonly piece: unknown;
  readonly answer: unknown;
}

/** A version's files, beside the process. */
export interface TaskFiles {
  readonly directory: string;
  /** Tokens a document, as it was trained. */
  readonly contextLength: number;
  /** Which of the files are the weights. */
  readonly weights: string;
  /** What is computed together; absent: as the model file has it by default. */
  readonly batching?: BatchingSpec;
}

/** A model in memory, in its own process. */
export interface LoadedTask<T extends TaskWords> {
  readonly facts: T['facts'];
  /** @throws CoppiceFailure InvalidInput where the question is at fault */
  answer(
    question: T['question'],
    context: { readonly signal: AbortSignal; readonly tell: (piece: T['piece']) => void },
  ): Promise<T['answer']>;
}

/**
 * Loads a version, and tries it: one that does not run should fail here, and not at a request, and what is made at the first
 * use, such as sessions of typical sizes, should be there.
 * @param onBatch told how many were computed together, each time
 */
export type LoadTask<T extends TaskWords> = (
  files: TaskFiles,
  onBatch: (size: number) => void,
) => Promise<LoadedTask<T>>;
