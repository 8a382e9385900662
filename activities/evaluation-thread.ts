// Evaluates in a thread of its own: a thousand resamples and the plots take seconds, in which the worker's event loop
// must go on with heartbeats and everything else.
import { Worker } from 'node:worker_threads';
import { CoppiceFailure } from '../contracts/failures.ts';
import { MetricUndefined } from '../pipeline/evaluation/metric-undefined.ts';
import type { ComputedEvaluation, EvaluationJob, FromEvaluationThread } from './evaluation-thread-main.ts';

const entry = new URL('evaluation-thread.mjs', import.meta.url);

/**
 * @param signal once aborted, the thread is ended
 * @throws the signal's reason where it is aborted; MetricUndefined; CoppiceFailure OutOfMemory; what else went wrong
 */
export async function evaluateInThread(job: EvaluationJob, signal: AbortSignal): Promise<ComputedEvaluation> {
  signal.throwIfAborted();
  const thread = new Worker(entry, { workerData: job, execArgv: [] });
  const answer = new Promise<FromEvaluationThread>((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', (error: Error) => reject(toFailure(error)));
    thread.once('exit', (code) => reject(new Error(`the evaluation ended without a word (code ${code})`)));
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  try {
    const told = await answer;
    if (told.kind === 'undefined') throw new MetricUndefined(told.metric, told.reason);
    return told.result;
  } finally {
    await thread.terminate();
  }
}

function toFailure(error: Error): Error {
  return 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? new CoppiceFailure('OutOfMemory', 'the evaluation needs more memory than a thread may have')
    : error;
}
