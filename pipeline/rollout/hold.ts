// Subjects that did not come to the arms as asked for: something before the gateway sorts them, and no comparison of the
// arms can be trusted (Fabijan et al., "Diagnosing sample ratio mismatch in online controlled experiments", KDD 2019).
// The share stays, nothing is concluded from it but harm, and the rollout goes on once the counts fit again.
import type { RolloutPolicy } from './policy.ts';
import type { RolloutHold, RolloutVerdict } from './rollout-verdict.ts';
import type { SampleRatioResult } from './sample-ratio.ts';

/**
 * @param ratios - one a count that is tested, with what a mismatch of it means; null where nothing is split
 * @returns the first mismatch, or nothing
 */
export function findHold(
  ratios: readonly (readonly [reason: string, ratio: SampleRatioResult | null])[],
): RolloutHold | undefined {
  for (const [reason, ratio] of ratios) if (ratio?.mismatch) return { reason, pValue: ratio.pValue };
  return undefined;
}

/** @returns `continue` while there is patience, then `inconclusive`; the reason names the mismatch and its p-value */
export function whileHeld(
  hold: RolloutHold,
  elapsedSeconds: number,
  { patienceSeconds }: Pick<RolloutPolicy, 'patienceSeconds'>,
): RolloutVerdict {
  const { reason, pValue } = hold;
  const found = `${reason} (p ${pValue < 1e-6 ? 'under 0.000001' : pValue.toPrecision(2)})`;
  if (elapsedSeconds < patienceSeconds) return { verdict: 'continue', reasons: [`held: ${found}`], hold };
  return { verdict: 'inconclusive', reasons: [found, `patience of ${patienceSeconds} s is over`] };
}
