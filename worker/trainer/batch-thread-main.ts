// The thread that prepares batches: makes the batch of each step that it is asked for, and hands its memory over.
import { parentPort, workerData } from 'node:worker_threads';
import type { FailureType } from '../../contracts/failures.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { StepBatch } from '../../pipeline/training/objective.ts';
import type { BatchRecipe } from './batches.ts';
import { batchMaker } from './batches.ts';

/** Errors lose their class between threads: a failure of the table crosses as fields. */
export type FromBatchThread =
  | { readonly kind: 'batch'; readonly step: number; readonly batch: StepBatch }
  | {
      readonly kind: 'failure';
      readonly type: FailureType;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };

const make = batchMaker(workerData as BatchRecipe);

parentPort?.on('message', (step: number) => {
  const told = makeOrFail(step);
  const buffers = told.kind === 'batch' ? Object.values(told.batch.feeds).map(({ buffer }) => buffer) : [];
  parentPort?.postMessage(told, [...new Set(buffers as ArrayBuffer[])]);
});

function makeOrFail(step: number): FromBatchThread {
  try {
    return { kind: 'batch', step, batch: make(step) };
  } catch (error) {
    if (!(error instanceof CoppiceFailure)) throw error; // the parent hears it as the thread's `error`
    return { kind: 'failure', type: error.type, message: error.message, details: error.details };
  }
}
