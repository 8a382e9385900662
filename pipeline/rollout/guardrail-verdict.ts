// A verdict on a canary step where answers cannot be compared, as of a language model, whose texts have no true label:
// the step rests on guardrails, time and traffic alone. What is missing delays or ends a rollout, it never promotes.
import type { HealthJudgement } from './health.ts';
import { findHold, whileHeld } from './hold.ts';
import type { RolloutPolicy } from './policy.ts';
import type { RolloutVerdict } from './rollout-verdict.ts';
import type { SampleRatioResult } from './sample-ratio.ts';

/** All that is known of one canary step. */
export interface GuardrailEvidence {
  /** Since the step began. */
  readonly elapsedSeconds: number;
  readonly health: HealthJudgement;
  /** Test of the subjects of each arm against the step's shares. */
  readonly sampleRatio: SampleRatioResult;
}

/**
 * Judges a step. Grounds to stop come first; `promote` means: on to the next step, or to all traffic after the last. It says
 * that nothing spoke against the version while it had its share, and not that its answers are better.
 * @returns the verdict with at least one reason
 */
export function judgeByGuardrails(
  { elapsedSeconds, health, sampleRatio }: GuardrailEvidence,
  { patienceSeconds, stepMinimumSeconds }: Pick<RolloutPolicy, 'patienceSeconds' | 'stepMinimumSeconds'>,
): RolloutVerdict {
  if (health.status === 'unhealthy') return { verdict: 'unhealthy', reasons: health.reasons };
  const hold = findHold([['the arms did not get the shares asked for', sampleRatio]]);
  if (hold) return whileHeld(hold, elapsedSeconds, { patienceSeconds });
  const awaited = [
    ...(health.status === 'insufficient' ? health.reasons : []),
    ...(elapsedSeconds < stepMinimumSeconds
      ? [`${Math.floor(elapsedSeconds)} of the ${stepMinimumSeconds} s that a step takes at least`]
      : []),
  ];
  if (awaited.length === 0) {
    const healthy = 'error rate and latency within the guardrails';
    return { verdict: 'promote', reasons: [healthy, 'answers of a language model are not compared'] };
  }
  if (elapsedSeconds < patienceSeconds) return { verdict: 'continue', reasons: awaited };
  return {
    verdict: health.status === 'insufficient' ? 'no-traffic' : 'inconclusive',
    reasons: [...awaited, `patience of ${patienceSeconds} s is over`],
  };
}
