// Guardrails: is a version fit to serve at all, whatever it answers? Judged on measured error rates and latencies.
import type { Guardrails } from './policy.ts';

/** What was measured of one version over a window; null where there is no measurement, which is not zero. */
export interface MeasuredHealth {
  readonly requests: number | null;
  /** Share of requests that failed on our side, 0 to 1. */
  readonly errorRate: number | null;
  readonly p95LatencyMs: number | null;
  /** How full its queue was in the mean, in the gateway where it was fullest, 0 to 1. Absent from what was recorded before. */
  readonly saturation?: number | null;
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
  return { status: reasons.length > 0 ? 'unhealthy' : 'healthy', reasons };
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
