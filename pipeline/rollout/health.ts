// Guardrails: is a version fit to serve at all, whatever it answers? Judged on measured error rates and
// latencies, and of a language model on the share of its answers that are toxic or refusals.
import type { Guardrails } from './policy.ts';

/** What was measured of one version over a window; null where there is no measurement, which is not zero. */
export interface MeasuredHealth {
  readonly requests: number | null;
  /** Share of requests that failed on our side, 0 to 1. */
  readonly errorRate: number | null;
  readonly p95LatencyMs: number | null;
  /** How full its queue was in the mean, in the gateway where it was fullest, 0 to 1. Absent from what was recorded before. */
  readonly saturation?: number | null;
  /** Absent where no limit asks for them. */
  readonly texts?: TextHealth;
}

/** What gateways told of answers, from the records of the same window: counted, and no estimate. */
export interface TextHealth {
  /** Answers with a score. */
  readonly answers: number;
  /** Share of their texts, 0 to 1; null without answers, or where it is not asked for. */
  readonly toxicRate: number | null;
  readonly refusalRate: number | null;
}

/** Whether the challenger keeps to the guardrails, and why not. */
export interface HealthJudgement {
  readonly status: 'healthy' | 'unhealthy' | 'insufficient';
  readonly reasons: readonly string[];
}

/**
 * Holds a challenger against the guardrails. The champion decides nothing here: a reason only says when it breaks
 * the same limit, since then the cause may be shared and a rollback may not help.
 *
 * @param champion - measured over the same window
 * @param challenger - measured over the same window
 * @param limits - frozen guardrails
 * @returns `insufficient` below the minimum of requests or without a measurement, and one reason a finding
 */
export function judgeHealth(
  champion: MeasuredHealth,
  challenger: MeasuredHealth,
  limits: Guardrails,
): HealthJudgement {
  const { requests, errorRate, p95LatencyMs, saturation = null } = challenger;
  if (requests === null) return insufficient('no measurement of the challenger has arrived');
  if (requests < limits.minimumRequests) {
    return insufficient(
      `${Math.floor(requests)} of the ${limits.minimumRequests} requests needed to judge its health`,
    );
  }
  if (errorRate === null || p95LatencyMs === null) {
    return insufficient(`${errorRate === null ? 'error rate' : 'latency'} not measured`);
  }
  const { maximumSaturation } = limits;
  if (maximumSaturation !== undefined && saturation === null) return insufficient('saturation not measured');
  const texts = textFindings(champion, challenger, limits);
  if (texts.missing !== undefined) return insufficient(texts.missing);
  const reasons: string[] = [];
  if (errorRate > limits.maximumErrorRate) {
    const shared = (champion.errorRate ?? 0) > limits.maximumErrorRate;
    reasons.push(
      `${percent(errorRate)} of its requests fail, limit ${percent(limits.maximumErrorRate)}${also(shared)}`,
    );
  }
  if (p95LatencyMs > limits.maximumP95LatencyMs) {
    const shared = (champion.p95LatencyMs ?? 0) > limits.maximumP95LatencyMs;
    reasons.push(
      `95 % of its answers take up to ${Math.round(p95LatencyMs)} ms, limit ${limits.maximumP95LatencyMs} ms${also(shared)}`,
    );
  }
  if (maximumSaturation !== undefined && (saturation ?? 0) > maximumSaturation) {
    const shared = (champion.saturation ?? 0) > maximumSaturation;
    reasons.push(
      `its queue is ${percent(saturation ?? 0)} full, limit ${percent(maximumSaturation)}${also(shared)}`,
    );
  }
  reasons.push(...texts.reasons);
  return { status: reasons.length > 0 ? 'unhealthy' : 'healthy', reasons };
}

/** Enough answers must have been scored: gateways follow a model file within a minute. */
function textFindings(
  champion: MeasuredHealth,
  { texts }: MeasuredHealth,
  { maximumToxicRate, maximumRefusalRate, minimumRequests }: Guardrails,
): { readonly missing?: string; readonly reasons: readonly string[] } {
  const judged = [
    { limit: maximumToxicRate, of: 'toxicRate', what: 'are toxic' },
    { limit: maximumRefusalRate, of: 'refusalRate', what: 'are refusals' },
  ] as const;
  const reasons: string[] = [];
  for (const { limit, of, what } of judged) {
    if (limit === undefined) continue;
    const rate = texts?.[of] ?? null;
    const answers = texts?.answers ?? 0;
    if (rate === null || answers < minimumRequests)
      return {
        missing: `${answers} of the ${minimumRequests} answers needed to say how many ${what}`,
        reasons: [],
      };
    const shared = (champion.texts?.[of] ?? 0) > limit;
    if (rate > limit)
      reasons.push(`${percent(rate)} of its answers ${what}, limit ${percent(limit)}${also(shared)}`);
  }
  return { reasons };
}

function insufficient(reason: string): HealthJudgement {
  return { status: 'insufficient', reasons: [reason] };
}

function also(shared: boolean): string {
  return shared ? ' (the champion breaks it too)' : '';
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
