// One challenger of several: its own records and those that the champion has to be compared with, so that the rest of the
// way is that of two arms. Pure: records in, records out.
import type { Observation } from '../contracts/observation.ts';
import { shareAgainstChampion } from '../pipeline/rollout/several-arms.ts';
import type { ExperimentInput } from './experiment-evidence.ts';

/**
 * A classifier's champion answers beside one challenger a subject, so each has an equal part of the champion's subjects, and
 * the share of its step; of a language model each is compared with all of them.
 *
 * @param input - its shares are those of all challengers together in `policy.steps`, of each in `trafficFraction`
 * @param arms - with which the rollout began
 * @returns the input with the shares of this comparison, and its records
 */
export function comparedWithChampion(
  input: ExperimentInput,
  records: readonly Observation[],
  arms: number,
): { input: ExperimentInput; records: readonly Observation[] } {
  const shareOf = (together: number): number =>
    input.judgedBy === 'guardrails' ? shareAgainstChampion(together / arms, arms) : together;
  return {
    input: {
      ...input,
      trafficFraction: shareOf(input.trafficFraction * arms),
      policy: { ...input.policy, steps: input.policy.steps.map(shareOf) },
    },
    records: records.filter((record) => isOf(record, input)),
  };
}

function isOf(record: Observation, { version, experiment }: ExperimentInput): boolean {
  if (record.kind === 'feedback' || record.experiment !== experiment) return true; // before the experiment: covariates
  if (record.kind === 'completion') return record.arm === 'champion' || record.version === version;
  const { arm, served, shadow, shadowVersion } = record;
  if (arm === 'challenger') return served.version === version;
  return (shadow?.version ?? shadowVersion) === version;
}
