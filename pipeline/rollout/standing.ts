// The standing of a paired test in words, as the challenger is seen from the champion.
import type { PairedTestResult } from './paired-test.ts';
import type { RolloutPolicy } from './policy.ts';

/** @returns the difference with its interval, or how many subjects are still awaited */
export function quality({ verdict, n, estimate, interval }: PairedTestResult, policy: RolloutPolicy): string {
  if (interval === null) return `${n} of the ${policy.minimumSample} labelled subjects before the first look`;
  const measure = policy.metric === 'brier' ? 'Brier score' : 'error rate';
  const [direction, low, high]: [string, number, number] =
    estimate < 0 ? ['higher', -interval.upper, -interval.lower] : ['lower', interval.lower, interval.upper];
  const bounds = `(${formatLoss(low)} to ${formatLoss(high)}, ${n} subjects)`;
  return `${inWords(verdict, policy)}: ${measure} ${direction} by ${formatLoss(Math.abs(estimate))} ${bounds}`;
}

function inWords(verdict: PairedTestResult['verdict'], { objective, margin }: RolloutPolicy): string {
  const allowed = objective === 'not-worse' ? ` by more than ${margin ?? 0}` : '';
  if (verdict === 'promote') return objective === 'not-worse' ? `not worse${allowed}` : 'better';
  return verdict === 'rollback' ? `worse${allowed}` : 'undecided';
}

/** @returns what the mixture ratio test says, or nothing before the first look; it decides nothing */
export function secondOpinion({ secondOpinion: p }: PairedTestResult, { alpha }: RolloutPolicy): string[] {
  if (p === undefined) return [];
  const opinion = p <= alpha ? 'a difference' : 'no difference so far';
  return [`second opinion (mSPRT): ${opinion}, p ${p < 1e-6 ? 'under 0.000001' : p.toPrecision(2)}`];
}

function formatLoss(value: number): string {
  return value.toFixed(4);
}
