// One look at a running experiment: from records and health to a verdict. Pure.
import type { Look } from '../contracts/messages.ts';
import type { Observation } from '../contracts/observation.ts';
import type { Interval } from '../pipeline/rollout/confidence-sequence.ts';
import { judgeByGuardrails } from '../pipeline/rollout/guardrail-verdict.ts';
import type { HealthJudgement } from '../pipeline/rollout/health.ts';
import { judgeByOutcomes, subjectsOf } from '../pipeline/rollout/outcome-verdict.ts';
import type { RolloutHold } from '../pipeline/rollout/rollout-verdict.ts';
import { judgeRollout } from '../pipeline/rollout/verdict.ts';
import { type ExperimentInput, gatherEvidence, gatherGuardrailEvidence } from './experiment-evidence.ts';
import { gatherOutcomeEvidence } from './experiment-outcomes.ts';

/** What a look lets others see. */
export interface Shown {
  readonly estimate?: number;
  readonly interval?: Interval | null;
  readonly hold?: RolloutHold;
}

/** Of a policy without outcomes. */
const noOutcome = { estimate: 0, interval: null };

const told = ({ estimate, interval }: Required<Pick<Shown, 'estimate' | 'interval'>>) =>
  interval && { estimate, interval: [interval.lower, interval.upper] as const };

/**
 * Guardrails, sample ratio, labels and the paired test, as one verdict; where answers are not compared, guardrails and
 * sample ratio, and what people said of them where the policy names it.
 */
export function lookAtExperiment(
  input: ExperimentInput,
  sources: {
    readonly records: readonly Observation[];
    readonly health: HealthJudgement;
    readonly now: Date;
  },
): { look: Look; shown: Shown } {
  const { policy } = input;
  if (input.judgedBy === 'guardrails' && policy.metrics) {
    const { evidence, requests } = gatherOutcomeEvidence(input, sources);
    const first = evidence.standings.at(0);
    const { estimate, interval } = first ?? noOutcome;
    const judged = judgeByOutcomes(evidence, policy);
    const pairs = first ? subjectsOf(first) : 0;
    return {
      look: { pairs, requests, ...judged, ...told({ estimate, interval }) },
      shown: { estimate, interval, ...judged },
    };
  }
  if (input.judgedBy === 'guardrails') {
    const { evidence, requests } = gatherGuardrailEvidence(input, sources);
    const judged = judgeByGuardrails(evidence, policy);
    return { look: { pairs: 0, requests, ...judged }, shown: judged };
  }
  const { evidence, requests } = gatherEvidence(input, sources);
  const judged = judgeRollout(evidence, policy);
  const { n: pairs, estimate, interval } = evidence.paired;
  return {
    look: { pairs, requests, ...judged, ...told({ estimate, interval }) },
    shown: { estimate, interval, ...judged },
  };
}
