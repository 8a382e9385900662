// Before its first step a phase is told from what cannot fit: better a clear word now than a process that is killed in
// an hour.
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { MemoryFigures, PhaseJob } from '../../contracts/training-job.ts';
import type { EstimatedPlan, PlanEstimate } from '../../pipeline/training/estimate.ts';
import { estimatePlan, rowsThatFit } from '../../pipeline/training/estimate.ts';
import { rowsAtOnce } from '../../pipeline/training/micro-batches.ts';
import type { Memory } from './memory.ts';

/** In how many parts a batch of the job is computed. */
export function partsOfBatch({ options }: Pick<PhaseJob, 'options'>): number {
  return Math.ceil(options.batchSize / rowsAtOnce(options));
}

/** What is told of a phase's memory, before its first step and after its last. */
export interface MemoryForecast {
  /**
   * @throws CoppiceFailure OutOfMemory where fewer rows at once would fit, InsufficientMemory where not even one does;
   * each says what would
   */
  readonly requireFit: () => void;
  readonly figures: () => MemoryFigures;
}

/** Asked before anything of the phase takes memory. */
export function forecastMemory(
  { kind, options }: Pick<PhaseJob, 'kind' | 'options'>,
  plan: EstimatedPlan,
  memory: Memory,
): MemoryForecast {
  const estimate = estimatePlan(plan, partsOfBatch({ options }));
  const estimatedBytes = memory.resident() + estimate.memory.total;
  return {
    requireFit: () => {
      const availableBytes = memory.available();
      if (estimate.memory.total <= availableBytes) return;
      const rows = rowsThatFit(estimate, rowsAtOnce(options), availableBytes);
      const message = `${kind} ${shortageText(estimate, availableBytes)}: ${advice(rows)}`;
      const details = { neededBytes: estimate.memory.total, availableBytes, rowsThatFit: rows };
      if (rows > 0) throw new CoppiceFailure('OutOfMemory', message, details);
      throw new CoppiceFailure('InsufficientMemory', message, details);
    },
    figures: () => ({ estimatedBytes, peakBytes: memory.peak() }),
  };
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
function advice(rows: number): string {
  return rows > 0
    ? `a microBatchSize of ${rows} would fit, and changes nothing else`
    : 'not even a microBatchSize of 1 would fit: take a shorter contextLength or a smaller model';
}

const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(2);
