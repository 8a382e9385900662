// Evaluates in a thread of its own: a thousand resamples and the plots take seconds.
import { MetricUndefined } from '../pipeline/evaluation/metric-undefined.ts';
import type { ComputedEvaluation, EvaluationJob, FromEvaluationThread } from './evaluation-thread-main.ts';
import { askThread } from './thread.ts';

const entry = new URL('evaluation-thread.mjs', import.meta.url);

/** @throws the signal's reason where it is aborted; MetricUndefined; CoppiceFailure OutOfMemory; what else went wrong */
export async function evaluateInThread(job: EvaluationJob, signal: AbortSignal): Promise<ComputedEvaluation> {
  const told = (await askThread(entry, job, signal)) as FromEvaluationThread;
  if (told.kind === 'undefined') throw new MetricUndefined(told.metric, told.reason);
  return told.result;
}
