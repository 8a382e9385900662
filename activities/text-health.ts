// How many of a version's answers were toxic or refusals, from the records of gateways: exact counts. Pure.
import type { Observation } from '../contracts/observation.ts';
import type { TextHealth } from '../pipeline/rollout/health.ts';
import type { Guardrails } from '../pipeline/rollout/policy.ts';

/** @returns whether any guardrail asks for what is counted here */
export function limitsTexts({ maximumToxicRate, maximumRefusalRate }: Guardrails): boolean {
  return maximumToxicRate !== undefined || maximumRefusalRate !== undefined;
}

/**
 * @param records - in any order, an answer once or twice
 * @param of - the version that answered, in any arm, and since when
 */
export function textHealthOf(
  records: readonly Observation[],
  { version, since }: { readonly version: number; readonly since: Date },
): TextHealth {
  const answers = records
    .filter((record) => record.kind === 'completion')
    .filter((record) => record.version === version && Date.parse(record.at) >= since.getTime());
  const scores = [...new Map(answers.map((answer) => [answer.id, answer])).values()].flatMap(
    (answer) => answer.scores ?? [],
  );
  const rateOf = (metric: 'not-toxic' | 'not-refused'): number | null => {
    const values = scores.flatMap((of) => of[metric] ?? []);
    return values.length === 0 ? null : 1 - values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return { answers: scores.length, toxicRate: rateOf('not-toxic'), refusalRate: rateOf('not-refused') };
}
