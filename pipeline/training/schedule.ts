// The learning rate over the steps: linear warm-up, then linear decay to zero, as BERT is trained (Devlin et al. 2019,
// appendix A.2), half a cosine (Loshchilov & Hutter 2017, arXiv:1608.03983, equation 5 without restarts), or no decay.
import type { PretrainingSpec } from '../../contracts/model-spec/learning.ts';

/** How the learning rate moves. */
export interface Schedule {
  /** The highest rate. */
  readonly peak: number;
  readonly totalSteps: number;
  /** Share of the steps that warm up, in [0, 1]. */
  readonly warmupFraction: number;
  readonly decay: PretrainingSpec['schedule'];
}

/**
 * @param step from 0; the first step already moves, the last one still does
 * @returns the rate in (0, peak]
 */
export function learningRateAt({ peak, totalSteps, warmupFraction, decay }: Schedule, step: number): number {
  const warmup = Math.round(warmupFraction * totalSteps);
  if (step < warmup) return (peak * (step + 1)) / warmup;
  const left = (totalSteps - step) / (totalSteps - warmup); // from 1 on
  if (decay === 'constant') return peak;
  return peak * (decay === 'linear' ? left : 0.5 * (1 - Math.cos(Math.PI * left)));
}
