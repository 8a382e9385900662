// Early stopping (Prechelt 1998, "Early Stopping – but when?", criterion UP: so many validations in a row without an
// improvement): a phase that learns nothing more ends, and the weights of its lowest validation loss are kept.
import { z } from 'zod';
import type { EarlyStoppingSpec } from '../../contracts/model-spec/learning.ts';

/** What the validations of a phase came to; it travels in checkpoints. */
export const stoppingStateSchema = z.object({
  /** The lowest loss, and after how many steps it was measured. */
  best: z.object({ step: z.number().int(), loss: z.number() }),
  /** What the next loss must be below by the minimum improvement. */
  reference: z.number(),
  /** Validations in a row that were not. */
  waited: z.number().int(),
});
export type StoppingState = z.infer<typeof stoppingStateSchema>;

/** When a phase is validated, and when that ends it. */
export interface EarlyStopping {
  /** @param step steps done */
  readonly isDue: (step: number) => boolean;
  /** @returns the state after a validation; undefined while no loss was a number */
  readonly judge: (
    state: StoppingState | undefined,
    validation: { step: number; loss: number },
  ) => StoppingState | undefined;
  readonly isOver: (state: StoppingState | undefined) => boolean;
}

/** @param stepsPerEpoch may be fractional */
export function createEarlyStopping(
  { patience, minimumImprovement, validationsPerEpoch }: EarlyStoppingSpec,
  { stepsPerEpoch, totalSteps }: { stepsPerEpoch: number; totalSteps: number },
): EarlyStopping {
  const reached = (step: number): number => Math.floor((step * validationsPerEpoch) / stepsPerEpoch);
  return {
    isDue: (step) => reached(step) > reached(step - 1) || step === totalSteps,
    judge: (state, { step, loss }) => {
      if (state === undefined)
        return Number.isFinite(loss) ? { best: { step, loss }, reference: loss, waited: 0 } : undefined;
      const best = loss < state.best.loss ? { step, loss } : state.best;
      const improved = loss < state.reference - minimumImprovement;
      return improved
        ? { best, reference: loss, waited: 0 }
        : { best, reference: state.reference, waited: state.waited + 1 };
    },
    isOver: (state) => state !== undefined && state.waited >= patience,
  };
}

/**
 * Takes what is validated on from the end of what would be trained on: a version whose step was chosen on the examples
 * that it is evaluated on would look better than it is.
 * @param share of the training; undefined: none of it
 * @returns the two as they are where nothing is taken, or there is a single example
 */
export function splitForStopping<T>(
  { training, validation }: { readonly training: readonly T[]; readonly validation: readonly T[] },
  share: number | undefined,
): { readonly training: readonly T[]; readonly validation: readonly T[] } {
  const border = stoppingBorder(training.length, share);
  if (border === training.length) return { training, validation };
  return { training: training.slice(0, border), validation: training.slice(border) };
}

/** @returns how many of so many examples are left to train on where a share of them is validated on: one at least */
export function stoppingBorder(count: number, share: number | undefined): number {
  if (share === undefined || count < 2) return count;
  return count - Math.max(1, Math.round(share * count));
}
