// Prepares batches ahead of the steps that take them, in a thread of the trainer. A batch is a function of the recipe and
// the step, so nothing is random about who makes it. Two are asked for at a time: one that is taken while the other is
// made. What it saves stands in docs/benchmarks.md.
import { Worker } from 'node:worker_threads';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { StepBatch } from '../../pipeline/training/objective.ts';
import type { FromBatchThread } from './batch-thread-main.ts';
import type { OpenBatches } from './batches.ts';

const AHEAD = 2;
const entry = new URL('batch-thread.mjs', import.meta.url);

interface Asked {
  readonly promise: Promise<StepBatch>;
  readonly resolve: (batch: StepBatch) => void;
  readonly reject: (error: Error) => void;
}

/** `next` throws what went wrong in the thread: the failure of the table where it was one. */
export const batchesAhead: OpenBatches = (recipe, { start, totalSteps }) => {
  const thread = new Worker(entry, { workerData: recipe, execArgv: [] });
  const asked = new Map<number, Asked>();
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    for (const { reject } of asked.values()) reject(failure);
  };
  const ask = (step: number): void => {
    if (step >= totalSteps || asked.has(step)) return;
    asked.set(step, createAsked());
    thread.postMessage(step);
  };
  thread.on('message', (told: FromBatchThread) => {
    if (told.kind === 'batch') asked.get(told.step)?.resolve(told.batch);
    else fail(new CoppiceFailure(told.type, told.message, told.details));
  });
  thread.on('error', fail);
  thread.on('exit', (code) => fail(new Error(`the thread that prepares batches ended (code ${code})`)));
  for (let step = start; step < start + AHEAD; step += 1) ask(step);
  return {
    next: async (step) => {
      if (failure) throw failure;
      ask(step);
      const batch = await asked.get(step)?.promise;
      if (batch === undefined) throw new RangeError(`there is no step ${step}`);
      asked.delete(step);
      ask(step + AHEAD);
      return batch;
    },
    close: async () => {
      await thread.terminate();
    },
  };
};

function createAsked(): Asked {
  let settle: Pick<Asked, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<StepBatch>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => undefined); // heard by whoever takes the batch, and by nobody where the run has ended before
  if (settle === undefined) throw new TypeError('a promise calls its executor at once');
  return { promise, ...settle };
}
