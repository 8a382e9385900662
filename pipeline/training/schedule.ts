// The learning rate over the steps: linear warm-up, then linear decay to zero, as BERT is trained (Devlin et al. 2019,
// appendix A.2).

/** How the learning rate moves. */
export interface Schedule {
  /** The highest rate. */
  readonly peak: number;
  readonly totalSteps: number;
  /** Share of the steps that warm up, in [0, 1]. */
  readonly warmupFraction: number;
}

/**
 * @param step from 0; the first step already moves, the last one still does
 * @returns the rate in (0, peak]
 */
export function learningRateAt({ peak, totalSteps, warmupFraction }: Schedule, step: number): number {
  const warmup = Math.round(warmupFraction * totalSteps);
  if (step < warmup) return (peak * (step + 1)) / warmup;
  return (peak * (totalSteps - step)) / (totalSteps - warmup);
}
