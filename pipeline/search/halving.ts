// Successive halving (Karnin, Koren & Somekh 2013, "Almost Optimal Exploration in Multi-Armed Bandits"; for
// hyperparameters Jamieson & Talwalkar 2016, arXiv:1502.07943): all trials train for a few steps, the best of them go on
// for eta times as many, and so on. One bracket of Hyperband (Li et al. 2018, arXiv:1603.06560), with fixed rungs. Not
// asynchronous as ASHA is (Li et al. 2020, arXiv:1810.05934): which trials go on would depend on which were quick, and the
// same seed must choose the same.
import type { SearchSpec } from '../../contracts/model-spec/search.ts';

/** Trials that are compared after as many steps. */
export interface Rung {
  /** From 0. */
  readonly rung: number;
  /** Steps done at its end, since the start of the phase. */
  readonly steps: number;
  /** Their numbers, from 1, ascending. */
  readonly trials: readonly number[];
}

/** What a trial came to in a rung. */
export interface TrialLoss {
  readonly trial: number;
  /** On what is validated on; absent: it diverged. */
  readonly loss?: number | undefined;
}

export type Halving = Pick<SearchSpec, 'eta' | 'minimumSteps' | 'maximumSteps'>;

export type HalvingDecision =
  | { readonly kind: 'rung'; readonly rung: Rung }
  | { readonly kind: 'best'; readonly trial: number }
  /** Every trial diverged. */
  | { readonly kind: 'none' };

/** @param trials how many there are, at least 1 */
export function firstRung(trials: number, { minimumSteps }: Halving): Rung {
  return { rung: 0, steps: minimumSteps, trials: Array.from({ length: trials }, (_, index) => index + 1) };
}

/**
 * Decides who goes on. Of n trials the best ⌊n / eta⌋ do, one at least; a trial that diverged never does. Equal losses are
 * told apart by the trial's number.
 * @param losses of every trial of the rung
 * @param phaseSteps of the whole phase, which the rungs end at
 */
export function decide(
  { rung, steps, trials }: Rung,
  losses: readonly TrialLoss[],
  options: Halving & { readonly phaseSteps: number },
): HalvingDecision {
  const ranked = rank(losses);
  if (ranked.length === 0) return { kind: 'none' };
  const going = ranked.slice(0, Math.max(1, Math.floor(trials.length / options.eta)));
  const last = lastStep(options);
  if (going.length === 1 || steps >= last) return { kind: 'best', trial: ranked[0] };
  const next = Math.min(last, steps * options.eta);
  return { kind: 'rung', rung: { rung: rung + 1, steps: next, trials: going.sort((a, b) => a - b) } };
}

/** @returns the trials that did not diverge, best first */
function rank(losses: readonly TrialLoss[]): number[] {
  return losses
    .flatMap(({ trial, loss }) => (loss === undefined || !Number.isFinite(loss) ? [] : [{ trial, loss }]))
    .sort((a, b) => a.loss - b.loss || a.trial - b.trial)
    .map(({ trial }) => trial);
}

const lastStep = ({ maximumSteps = Infinity, phaseSteps }: Halving & { phaseSteps: number }): number =>
  Math.min(maximumSteps, phaseSteps);

/** @returns the rungs of a search in which no trial diverges, the first of them no longer than the phase */
export function plannedRungs(trials: number, options: Halving & { readonly phaseSteps: number }): Rung[] {
  const first = firstRung(trials, options);
  const rungs: Rung[] = [{ ...first, steps: Math.min(first.steps, lastStep(options)) }];
  for (;;) {
    const rung = rungs[rungs.length - 1];
    const losses = rung.trials.map((trial) => ({ trial, loss: trial }));
    const decision = decide(rung, losses, options);
    if (decision.kind !== 'rung') return rungs;
    rungs.push(decision.rung);
  }
}

/** @returns steps of all trials together, each rung going on from where the one before ended */
export function stepsOf(rungs: readonly Rung[]): number {
  return rungs.reduce(
    (total, { trials, steps }, index) => total + trials.length * (steps - (rungs[index - 1]?.steps ?? 0)),
    0,
  );
}
