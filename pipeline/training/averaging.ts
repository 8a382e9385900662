// Weight averaging: beside the parameters an exponential moving average of them is kept, which is validated and written.
// Averages of the last steps lie nearer to a minimum than any of them (Polyak & Juditsky 1992; Izmailov et al. 2018,
// arXiv:1803.05407). As PyTorch's AveragedModel has it (torch.optim.swa_utils, get_ema_multi_avg_fn).
export interface Averaging {
  /** Of the average so far, what a step leaves of it; in [0, 1). */
  readonly decay: number;
}

/**
 * @param step from 0: the first step's parameters are the first average
 * @returns the share of the newest parameters in the average
 */
export function newestShare(averaging: Averaging | undefined, step: number): number {
  if (averaging === undefined) return 0;
  return step === 0 ? 1 : 1 - averaging.decay;
}
