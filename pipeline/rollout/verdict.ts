// One verdict on a phase of a rollout out of all that is known, with its reasons in words; they stand in the event
// history and in the report. What is missing delays or ends a rollout, it never promotes.
import type { HealthJudgement } from './health.ts';
import { findHold, whileHeld } from './hold.ts';
import type { PairedTestResult } from './paired-test.ts';
import type { RolloutPolicy } from './policy.ts';
import type { RolloutVerdict } from './rollout-verdict.ts';
import type { SampleRatioResult } from './sample-ratio.ts';
import { quality, secondOpinion } from './standing.ts';

/** How labels came in during a phase; only answers older than the label horizon count. */
interface LabelEvidence {
  /** Labelled subjects that the version in charge of them answered. */
  readonly labelled: number;
  /** Those of them that the other version answered as well. */
  readonly paired: number;
  /** Test of the labelled subjects of each arm against the step's shares; null in shadow, where labels join both. */
  readonly ratio: SampleRatioResult | null;
}

/** All that is known of one phase of a rollout. */
export interface RolloutEvidence {
  /** `shadow`: the challenger answers unseen. `canary`: it serves its share; every canary step is a phase. */
  readonly phase: 'shadow' | 'canary';
  /** Whether an earlier phase of this rollout has found the challenger better; then a canary step only guards. */
  readonly qualityProven: boolean;
  /** Since the phase began. */
  readonly elapsedSeconds: number;
  readonly health: HealthJudgement;
  /** Over the answers of this phase. */
  readonly paired: PairedTestResult;
  /** Test of the subjects of each arm against the step's shares; null in shadow, which splits nothing. */
  readonly sampleRatio: SampleRatioResult | null;
  readonly labels: LabelEvidence;
}

/** With more labelled subjects than this lacking one answer, the pairs are a selection: hard ones time out more often. */
const minimumPairedShare = 0.95;

/**
 * Judges a phase.
 *
 * First come the grounds to stop, from the certain to the doubtful: broken guardrails, worse answers, a test that ran
 * out. Subjects that did not come as asked for hold it where it is. Then what is still awaited; patience for both is
 * bounded. Only when nothing is left is the challenger promoted.
 *
 * @param evidence - what is known
 * @param policy - frozen parameters
 * @returns the verdict with at least one reason
 */
export function judgeRollout(evidence: RolloutEvidence, policy: RolloutPolicy): RolloutVerdict {
  const { health, paired, qualityProven } = evidence;
  if (health.status === 'unhealthy') return { verdict: 'unhealthy', reasons: health.reasons };
  if (paired.verdict === 'rollback') return { verdict: 'rollback', reasons: standing(evidence, policy) };
  if (paired.verdict === 'inconclusive' && !qualityProven) {
    const ending = `and the test ends at ${policy.maximumSample} subjects`;
    const reasons = [`${quality(paired, policy)}, ${ending}`, ...secondOpinion(paired, policy)];
    return { verdict: 'inconclusive', reasons };
  }
  const hold = findHold([
    ['the arms did not get the shares asked for', evidence.sampleRatio],
    ['labels come at different rates for the two arms', evidence.labels.ratio],
  ]);
  if (hold) return whileHeld(hold, evidence.elapsedSeconds, policy);
  const selection = describeSelection(evidence);
  if (selection !== undefined) return { verdict: 'inconclusive', reasons: [selection] };
  const awaited = whatIsAwaited(evidence, policy);
  if (awaited.length === 0) return { verdict: 'promote', reasons: groundsToPromote(evidence, policy) };
  if (evidence.elapsedSeconds < policy.patienceSeconds) return { verdict: 'continue', reasons: awaited };
  const starved = lacksSample(evidence, policy) || health.status === 'insufficient';
  const reasons = [...awaited, `patience of ${policy.patienceSeconds} s is over`];
  return { verdict: starved ? 'no-traffic' : 'inconclusive', reasons };
}

/** @returns why the pairs cannot be trusted, or nothing */
function describeSelection({ labels, paired }: RolloutEvidence): string | undefined {
  if (paired.verdict !== 'promote' || labels.paired >= minimumPairedShare * labels.labelled) return undefined;
  return `only ${labels.paired} of ${labels.labelled} labelled subjects have an answer of both versions`;
}

function whatIsAwaited(evidence: RolloutEvidence, policy: RolloutPolicy): string[] {
  const { phase, qualityProven, elapsedSeconds, health, paired, labels } = evidence;
  const awaited: string[] = [];
  if (health.status === 'insufficient') awaited.push(...health.reasons);
  if (qualityProven) {
    if (labels.paired < policy.stepMinimumSample) {
      awaited.push(`${labels.paired} of the ${policy.stepMinimumSample} labelled subjects of this step`);
    }
  } else if (paired.verdict !== 'promote') {
    awaited.push(...standing(evidence, policy));
  }
  if (phase === 'canary' && elapsedSeconds < policy.stepMinimumSeconds) {
    awaited.push(
      `${Math.floor(elapsedSeconds)} of the ${policy.stepMinimumSeconds} s that a step takes at least`,
    );
  }
  return awaited;
}

function groundsToPromote(evidence: RolloutEvidence, policy: RolloutPolicy): string[] {
  const { qualityProven, paired } = evidence;
  const healthy = 'error rate and latency within the guardrails';
  const [first = '', ...others] = standing(evidence, policy);
  if (!qualityProven || paired.verdict === 'promote') return [first, healthy, ...others];
  const proven = policy.objective === 'not-worse' ? 'found good enough' : 'found better';
  return [`${proven} in an earlier phase`, `not found worse in this one: ${first}`, healthy, ...others];
}

function standing({ paired }: RolloutEvidence, policy: RolloutPolicy): string[] {
  return [quality(paired, policy), ...secondOpinion(paired, policy)];
}

/** A step that only guards counts all its subjects: its test stops at a decision, which may come before there are enough. */
function lacksSample({ qualityProven, paired, labels }: RolloutEvidence, policy: RolloutPolicy): boolean {
  return qualityProven ? labels.paired < policy.stepMinimumSample : paired.n < policy.minimumSample;
}
