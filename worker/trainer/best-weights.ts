// What a phase with early stopping keeps as it goes: the weights of its lowest validation loss so far.
import type { CurvePoint, EarlyStoppingOutcome } from '../../contracts/training-job.ts';
import type { EarlyStopping } from '../../pipeline/training/early-stopping.ts';
import type { TrainingState } from './checkpoint.ts';

export interface BestWeights {
  /** Takes note of a validation at a step. */
  readonly validated: (step: number, loss: number) => void;
  /** Whether the phase has learned all that it will. */
  readonly isOver: () => boolean;
  /** Undefined where none are kept. */
  readonly read: () => Float32Array | undefined;
}

/**
 * @param state what the run goes on from; what the validations come to is written to its record
 * @param readParameters copies what the phase would write if it ended now
 */
export function keepBest(
  earlyStopping: EarlyStopping | undefined,
  { best, record }: TrainingState,
  readParameters: () => Float32Array,
): BestWeights {
  let weights = best;
  return {
    validated: (step, loss) => {
      if (earlyStopping === undefined) return;
      const next = earlyStopping.judge(record.stopping, { step, loss });
      if (next === undefined) return;
      if (next.best.step === step) weights = readParameters();
      record.stopping = next;
    },
    isOver: () => earlyStopping?.isOver(record.stopping) === true,
    read: () => weights,
  };
}

/** @returns the curve with the kept step marked, and how the phase ended; nothing of it where no step was chosen */
export function keptStep(
  { stopping, curve }: TrainingState['record'],
  plannedSteps: number,
): { curve: CurvePoint[]; earlyStopping?: EarlyStoppingOutcome } {
  if (stopping === undefined) return { curve };
  const { step: chosen, loss: keptLoss } = stopping.best;
  return {
    curve: curve.map((point) => (point.step === chosen ? { ...point, kept: true } : point)),
    earlyStopping: { plannedSteps, keptStep: chosen, keptLoss },
  };
}
