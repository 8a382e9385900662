// The part of a model's rollout spec by which verdicts are reached. It is frozen into a rollout when that starts;
// a change of it opens a new experiment, since an interval is valid only for parameters chosen before the data.
// Over the phases α is spent as for an ordered family of hypotheses (Maurer, Hothorn and Lehmacher 1995): the phase that
// decides on quality has α; the canary steps that only guard what it decided share another α equally (Dunn 1961).
import type { RolloutSpec } from '../../contracts/model-spec/judgement.ts';

/** What a sequence is made with, and what it is held against. */
export type SequencePolicy = Pick<
  RolloutSpec,
  'alpha' | 'optimalSample' | 'minimumSample' | 'objective' | 'margin' | 'interval'
>;

/** How the paired test is run. */
export type PairedTestPolicy = SequencePolicy & Pick<RolloutSpec, 'maximumSample'>;

/** What a version in service must keep to. */
export type Guardrails = RolloutSpec['guardrails'];

/** Everything that verdicts rest on. A `RolloutSpec` is one. */
export type RolloutPolicy = PairedTestPolicy &
  Pick<RolloutSpec, 'metric' | 'guardrails' | 'patienceSeconds' | 'stepMinimumSample' | 'stepMinimumSeconds'>;

/**
 * The difference that a challenger must exceed to be let on, and under which it is taken back.
 *
 * @returns 0 where it must be better; below 0 where it may be worse by a margin (non-inferiority: International
 *   Conference on Harmonisation, E9, 1998, section 3.3.2)
 */
export function targetOf({ objective, margin }: Pick<SequencePolicy, 'objective' | 'margin'>): number {
  return objective === 'not-worse' ? -(margin ?? 0) : 0;
}

/** What is to happen with a challenger; `continue` while nothing is decided. */
export type Verdict = 'continue' | 'promote' | 'rollback' | 'inconclusive' | 'no-traffic' | 'unhealthy';

/**
 * The parameters of one phase's paired test. A phase that must decide is the only one that can find a version better, so
 * however many follow, one that is not better is promoted with a chance of at most α / 2. Each step that follows can
 * take a version back: as the tests of all of them spend α together, one that is not worse is taken back, in any phase
 * of the rollout, with a chance of at most α.
 *
 * @param policy - frozen parameters of the rollout
 * @param qualityProven - whether an earlier phase has found the challenger better, so that this one only guards
 * @returns the policy, at the level of the phase
 */
export function phasePolicy(
  policy: PairedTestPolicy & Pick<RolloutSpec, 'steps'>,
  qualityProven: boolean,
): PairedTestPolicy {
  return qualityProven ? { ...policy, alpha: policy.alpha / policy.steps.length } : policy;
}
