// What becomes of a phase whose step does not fit into memory: it goes on from its last checkpoint with half as many rows
// computed at once. Their gradients add up to the same update, so that the model differs by rounding alone.
import type { RunTrainingJob } from '../../activities/training.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { PhaseJob } from '../../contracts/training-job.ts';
import { rowsAtOnce } from '../../pipeline/training/micro-batches.ts';
import type { CheckpointDependencies } from './checkpoint.ts';
import { openCheckpoints } from './checkpoint.ts';

/**
 * Runs training jobs by `run`, which fails with OutOfMemory where it must; a job that was saved with fewer rows at once
 * goes on with as many.
 * @throws CoppiceFailure OutOfMemory where a single row is too much; whatever else `run` throws
 */
export function withinMemory(run: RunTrainingJob, store: CheckpointDependencies): RunTrainingJob {
  return async (job, options) => {
    if (job.kind === 'scoring') return run(job, options);
    const saved = (await openCheckpoints(job, store).microBatchSize()) ?? Infinity;
    let current = saved < rowsAtOnce(job.options) ? computing(job, saved) : job;
    for (;;) {
      try {
        return await run(current, options);
      } catch (error) {
        if (!(error instanceof CoppiceFailure) || error.type !== 'OutOfMemory') throw error;
        const rows = rowsAtOnce(current.options);
        if (rows === 1) throw tooLarge(error);
        current = computing(job, Math.min(Math.floor(rows / 2), rowsThatFit(error)));
      }
    }
  };
}

function computing(job: PhaseJob, microBatchSize: number): PhaseJob {
  // One branch a kind: the options go with it.
  if (job.kind === 'pretraining') return { ...job, options: { ...job.options, microBatchSize } };
  if (job.kind === 'fine-tuning') return { ...job, options: { ...job.options, microBatchSize } };
  return { ...job, options: { ...job.options, microBatchSize } };
}

/** Known where a phase was refused before its first step; at least one. */
function rowsThatFit({ details }: CoppiceFailure): number {
  return typeof details.rowsThatFit === 'number' ? Math.max(1, details.rowsThatFit) : Infinity;
}

function tooLarge({ message, details }: CoppiceFailure): CoppiceFailure {
  const advice = 'with one row at once; a shorter context or a smaller model needs less';
  return new CoppiceFailure('OutOfMemory', `${message}, ${advice}`, details);
}
