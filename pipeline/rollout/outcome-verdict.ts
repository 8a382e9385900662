// A verdict on a canary step by what came of the answers that people saw, such as ratings. One test goes on over all
// steps, stratified by them (two-arm-test.ts): each step asks that nothing speaks against the version, the last one
// that it has shown what the rollout is for. Harm in any of several outcomes is found by Holm's procedure; to be not
// worse in all of them needs no adjustment (Berger, "Multiparameter hypothesis testing", Technometrics 24(4), 1982).
import type { HealthJudgement } from './health.ts';
import { findHold, whileHeld } from './hold.ts';
import { holm } from './holm.ts';
import type { RolloutPolicy } from './policy.ts';
import type { RolloutVerdict } from './rollout-verdict.ts';
import type { SampleRatioResult } from './sample-ratio.ts';
import type { TwoArmResult } from './two-arm-test.ts';

/** One outcome of the policy, and where its comparison stands. */
export interface OutcomeStanding extends TwoArmResult {
  readonly metric: string;
  /** Each subject met both versions, so those of both arms are the same. */
  readonly isInterleaved?: boolean;
  /** What both arms are counted in, where each counts once for both; absent: subjects. */
  readonly unit?: 'comparisons' | 'pairs of texts';
}

/** All that is known of a canary step, and of the outcomes since the first one. */
export interface OutcomeEvidence {
  /** Since the step began. */
  readonly elapsedSeconds: number;
  readonly isLastStep: boolean;
  readonly health: HealthJudgement;
  /** Test of the subjects of each arm against the step's shares. */
  readonly sampleRatio: SampleRatioResult;
  /** The same test of those with an outcome. */
  readonly outcomeRatio: SampleRatioResult;
  /** Subjects of this step with an outcome. */
  readonly stepSubjects: number;
  /** At least one. */
  readonly standings: readonly OutcomeStanding[];
}

/** What is found in outcomes: `non-inferior` where the objective is no more than that. */
export type OutcomeFinding = 'promote' | 'non-inferior' | 'rollback' | 'undecided';

/**
 * Compares the arms over several outcomes, at α over all of them: half for harm, half for what the rollout is for.
 *
 * @param standings - one an outcome, at least one
 * @param policy - frozen parameters
 * @returns `rollback` where any outcome was found worse at any look; `non-inferior` where none is worse than the margin;
 *   `promote` where one is better
 */
export function compareOutcomes(
  standings: readonly OutcomeStanding[],
  { alpha, objective }: Pick<RolloutPolicy, 'alpha' | 'objective'>,
): OutcomeFinding {
  const isFound = (p: number) => p <= alpha / 2;
  if (holm(standings.map(({ pBelow }) => pBelow)).some(isFound)) return 'rollback';
  const above = standings.map(({ pAbove }) => pAbove);
  if (objective === 'not-worse') return above.every(isFound) ? 'non-inferior' : 'undecided';
  return holm(above).some(isFound) ? 'promote' : 'undecided';
}

/**
 * Judges a step. Grounds to stop come first, then what holds it where it is; `promote` means: on to the next step, or to all traffic after the last.
 *
 * @param evidence - what is known
 * @param policy - frozen parameters; `maximumSample` counts subjects with an outcome in all steps
 * @returns the verdict with at least one reason
 */
export function judgeByOutcomes(evidence: OutcomeEvidence, policy: RolloutPolicy): RolloutVerdict {
  const { health, standings, sampleRatio, outcomeRatio, isLastStep } = evidence;
  if (health.status === 'unhealthy') return { verdict: 'unhealthy', reasons: health.reasons };
  const finding = compareOutcomes(standings, policy);
  const told = standings.map((standing) => inWords(standing, policy));
  if (finding === 'rollback')
    return { verdict: 'rollback', reasons: ['worse in what came of its answers', ...told] };
  const isReached = finding !== 'undecided';
  const count = Math.max(...standings.map(subjectsOf));
  if (isLastStep && !isReached && count >= policy.maximumSample) {
    return {
      verdict: 'inconclusive',
      reasons: [...told, `the test ends at ${policy.maximumSample} subjects`],
    };
  }
  const hold = findHold([
    ['the arms did not get the shares asked for', sampleRatio],
    ['people speak of the arms at different rates', outcomeRatio],
  ]);
  if (hold) return whileHeld(hold, evidence.elapsedSeconds, policy);
  const awaited = whatIsAwaited(evidence, policy, isReached ? [] : told);
  if (awaited.length === 0) {
    const found = isReached ? 'found good enough' : 'nothing speaks against it so far';
    return { verdict: 'promote', reasons: [found, ...told, 'error rate and latency within the guardrails'] };
  }
  if (evidence.elapsedSeconds < policy.patienceSeconds) return { verdict: 'continue', reasons: awaited };
  const isStarved = health.status === 'insufficient' || evidence.stepSubjects < policy.stepMinimumSample;
  return {
    verdict: isStarved ? 'no-traffic' : 'inconclusive',
    reasons: [...awaited, `patience of ${policy.patienceSeconds} s is over`],
  };
}

function whatIsAwaited(evidence: OutcomeEvidence, policy: RolloutPolicy, undecided: string[]): string[] {
  const { health, stepSubjects, elapsedSeconds, isLastStep } = evidence;
  const awaited = health.status === 'insufficient' ? [...health.reasons] : [];
  if (stepSubjects < policy.stepMinimumSample)
    awaited.push(
      `${stepSubjects} of the ${policy.stepMinimumSample} subjects of this step who said something`,
    );
  if (elapsedSeconds < policy.stepMinimumSeconds)
    awaited.push(
      `${Math.floor(elapsedSeconds)} of the ${policy.stepMinimumSeconds} s that a step takes at least`,
    );
  return isLastStep ? [...awaited, ...undecided] : awaited;
}

/** @returns subjects that the standing rests on, each once */
export function subjectsOf({ champion, challenger, isInterleaved, unit }: OutcomeStanding): number {
  return isInterleaved || unit ? champion : champion + challenger;
}

/** `rating higher by 0.0312 (0.0040 to 0.0584, 410 and 395 subjects)`; the champion's subjects first. */
function inWords(standing: OutcomeStanding, { minimumSample }: RolloutPolicy): string {
  const { metric, champion, challenger, estimate, interval, isInterleaved, unit } = standing;
  if (interval === null && unit)
    return `${metric}: ${champion} of the ${minimumSample} ${unit} before the first look`;
  if (interval === null && isInterleaved)
    return `${metric}: ${champion} of the ${minimumSample} subjects who spoke of both versions before the first look`;
  if (interval === null)
    return `${metric}: ${champion} and ${challenger} of the ${Math.ceil(minimumSample / 2)} subjects of each arm before the first look`;
  const [direction, low, high]: [string, number, number] =
    estimate < 0 ? ['lower', -interval.upper, -interval.lower] : ['higher', interval.lower, interval.upper];
  const ofArms = isInterleaved ? `${champion} subjects of both` : `${champion} and ${challenger} subjects`;
  const subjects = unit ? `${champion} ${unit}` : ofArms;
  const bounds = `${low.toFixed(4)} to ${high.toFixed(4)}, ${subjects}`;
  return `${metric} ${direction} by ${Math.abs(estimate).toFixed(4)} (${bounds})`;
}
