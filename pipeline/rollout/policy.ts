// The part of a model's rollout spec by which verdicts are reached. It is frozen into a rollout when that starts;
// a change of it opens a new experiment, since an interval is valid only for parameters chosen before the data.
import type { RolloutSpec } from '../../contracts/model-spec/judgement.ts';

/** How the paired test is run. */
export type PairedTestPolicy = Pick<
  RolloutSpec,
  'alpha' | 'optimalSample' | 'minimumSample' | 'maximumSample'
>;

/** What a version in service must keep to. */
export type Guardrails = RolloutSpec['guardrails'];

/** Everything that verdicts rest on. A `RolloutSpec` is one. */
export type RolloutPolicy = PairedTestPolicy &
  Pick<RolloutSpec, 'metric' | 'guardrails' | 'patienceSeconds' | 'stepMinimumSample' | 'stepMinimumSeconds'>;

/** What is to happen with a challenger; `continue` while nothing is decided. */
export type Verdict = 'continue' | 'promote' | 'rollback' | 'inconclusive' | 'no-traffic' | 'unhealthy';
