// Before its first step a phase is told from what cannot fit: better a clear word now than a process that is killed in
// an hour.
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { FineTuningJob, PretrainingJob } from '../../contracts/training-job.ts';
import type { PlanEstimate } from '../../pipeline/training/estimate.ts';
import { rowsThatFit } from '../../pipeline/training/estimate.ts';
import { rowsAtOnce } from '../../pipeline/training/micro-batches.ts';
import type { Memory } from './memory.ts';

type TrainedJob = PretrainingJob | FineTuningJob;

/** In how many parts a batch of the job is computed. */
export function partsOfBatch({ options }: Pick<TrainedJob, 'options'>): number {
  return Math.ceil(options.batchSize / rowsAtOnce(options));
}

/** @throws CoppiceFailure InsufficientMemory, with what would fit */
export function requireMemory(
  { kind, options }: Pick<TrainedJob, 'kind' | 'options'>,
  estimate: PlanEstimate,
  memory: Pick<Memory, 'available'>,
): void {
  const available = memory.available();
  const { total } = estimate.memory;
  if (total <= available) return;
  const rows = rowsThatFit(estimate, rowsAtOnce(options), available);
  throw new CoppiceFailure(
    'InsufficientMemory',
    `${kind} ${shortageText(estimate, available)}: ${advice(rows)}`,
    {
      neededBytes: total,
      availableBytes: available,
      microBatchSizeThatFits: rows,
    },
  );
}

/** `needs about 9.1 GiB of memory (…), and 4.0 GiB are left` */
function shortageText({ memory }: PlanEstimate, available: number): string {
  const { parameters, optimizer, gradients, activations, checkpoint } = memory;
  const parts = Object.entries({ parameters, optimizer, gradients, activations, checkpoint })
    .map(([name, bytes]) => `${name} ${gibibytes(bytes)}`)
    .join(', ');
  return `needs about ${gibibytes(memory.total)} GiB of memory (${parts}), and ${gibibytes(available)} GiB are left`;
}

/** What to change in the model file. @param rows that fit at once; 0: not even one does */
export function advice(rows: number): string {
  return rows > 0
    ? `a microBatchSize of ${rows} would fit, and changes nothing else`
    : 'not even a microBatchSize of 1 would fit: take a shorter contextLength or a smaller model';
}

const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(2);
