// Evaluates entities in a thread of its own: a thousand resamples of many documents take seconds.
import type { ComputedEntities, EntityEvaluationJob } from './entity-evaluation-thread-main.ts';
import { askThread } from './thread.ts';

const entry = new URL('entity-evaluation-thread.mjs', import.meta.url);

/** @throws the signal's reason where it is aborted; CoppiceFailure OutOfMemory; what else went wrong */
export async function evaluateEntitiesInThread(
  job: EntityEvaluationJob,
  signal: AbortSignal,
): Promise<ComputedEntities> {
  return (await askThread(entry, job, signal)) as ComputedEntities;
}
