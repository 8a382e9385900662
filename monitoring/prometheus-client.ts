// Questions to Prometheus over its HTTP API (v1). What cannot be answered is MetricsUnavailable; what was not measured
// is null or an empty list, and neither is ever taken for zero.
import { request } from 'undici';
import { z } from 'zod';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { MeasuredHealth } from '../pipeline/rollout/health.ts';

/** A series at one moment. */
interface InstantSample {
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since 1970. */
  readonly time: number;
  /** May be NaN or infinite. */
  readonly value: number;
}

/** A series over a range. */
interface RangeSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly { readonly time: number; readonly value: number }[];
}

interface HealthQuestion {
  readonly model: string;
  readonly version: string;
  /** Several scrapes long. */
  readonly windowSeconds: number;
  /** Leaves out answers of before, when the version may have served as another arm. */
  readonly arm?: 'champion' | 'challenger' | 'shadow';
}

export interface PrometheusClient {
  /** @param query - PromQL with a vector as its result */
  instant(query: string): Promise<InstantSample[]>;
  /** @param range - in seconds since 1970, with the step between points in seconds */
  range(query: string, range: { start: number; end: number; stepSeconds: number }): Promise<RangeSeries[]>;
  /** Requests, error rate, latency and saturation of a version; null where Prometheus has no measurement. */
  readHealth(question: HealthQuestion): Promise<MeasuredHealth>;
  /** Has Prometheus read its rule files again. */
  reload(): Promise<void>;
}

export interface PrometheusClientOptions {
  /** Such as `http://127.0.0.1:9090`, with a path where it is behind a prefix. */
  readonly url: string;
  /** For a whole reply. Default: 5,000, since an instant query takes milliseconds. */
  readonly timeoutMs?: number;
}

const sample = z.tuple([z.number(), z.string().transform(readNumber)]);
const labels = z.record(z.string(), z.string());
const failedSchema = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });
const instantSchema = z.object({
  resultType: z.literal('vector'),
  result: z.array(z.object({ metric: labels, value: sample })),
});
const rangeSchema = z.object({
  resultType: z.literal('matrix'),
  result: z.array(z.object({ metric: labels, values: z.array(sample) })),
});

/**
 * Makes a client; it connects when it is first asked.
 *
 * @param options - where Prometheus is
 * @returns the client; each of its methods fails with CoppiceFailure `MetricsUnavailable` when Prometheus cannot be
 *   reached, does not answer in time or answers what it should not, and with `InvalidInput` when it refuses the query
 */
export function createPrometheusClient({
  url,
  timeoutMs = 5_000,
}: PrometheusClientOptions): PrometheusClient {
  const base = url.replace(/\/$/, '');
  const ask = async <T>(path: string, parameters: Record<string, string>, data: z.ZodType<T>): Promise<T> => {
    const body = new URLSearchParams(parameters).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { status, text } = await post(`${base}${path}`, { body, headers, timeoutMs });
    return readReply(path, { status, text, data });
  };
  const instant = async (query: string): Promise<InstantSample[]> => {
    const { result } = await ask('/api/v1/query', { query }, instantSchema);
    return result.map(({ metric, value: [time, value] }) => ({ labels: metric, time, value }));
  };
  return {
    instant,
    range: async (query, { start, end, stepSeconds }) => {
      const parameters = { query, start: String(start), end: String(end), step: String(stepSeconds) };
      const { result } = await ask('/api/v1/query_range', parameters, rangeSchema);
      return result.map(({ metric, values }) => ({
        labels: metric,
        points: values.map(([time, value]) => ({ time, value })),
      }));
    },
    readHealth: (question) => readHealth(instant, question),
    reload: async () => {
      const { status, text } = await post(`${base}/-/reload`, { timeoutMs });
      if (status !== 200) throw unavailable(`Prometheus did not reload (${status}): ${text.trim()}`);
    },
  };
}

async function readHealth(
  instant: PrometheusClient['instant'],
  { model, version, windowSeconds, arm }: HealthQuestion,
): Promise<MeasuredHealth> {
  const matchers = [
    `model=${JSON.stringify(model)}`,
    `version="${version}"`,
    arm ? `arm="${arm}"` : 'arm!="tester"', // who names a version judges for himself
  ];
  const of = matchers.join(',');
  const window = `[${Math.ceil(windowSeconds)}s]`; // PromQL knows whole units only
  const read = async (query: string): Promise<number | null> => {
    const value = (await instant(query)).at(0)?.value;
    return value === undefined || Number.isNaN(value) ? null : value;
  };
  const all = `sum(increase(coppice_requests_total{${of}}${window}))`;
  const failed = `sum(increase(coppice_requests_total{${of},status=~"5.."}${window}))`;
  const process = `{${matchers.slice(0, 2).join(',')}}`; // answers all arms
  const [requests, errorRate, p95Seconds, saturation] = await Promise.all([
    read(all),
    // One query, so that both sums are of one moment. Where none failed, there may be no series of failures yet.
    read(`(${failed} or vector(0)) / ${all}`),
    read(
      `histogram_quantile(0.95, sum by (le) (rate(coppice_request_duration_seconds_bucket{${of}}${window})))`,
    ),
    read(
      `max(avg_over_time(coppice_queue_depth${process}${window}) / max_over_time(coppice_queue_capacity${process}${window}))`,
    ),
  ]);
  return { requests, errorRate, p95LatencyMs: p95Seconds === null ? null : p95Seconds * 1_000, saturation };
}

interface Post {
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly timeoutMs: number;
}

async function post(
  url: string,
  { body, headers, timeoutMs }: Post,
): Promise<{ status: number; text: string }> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const reply = await request(url, { method: 'POST', body, headers, signal });
    return { status: reply.statusCode, text: await reply.body.text() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw unavailable(`Prometheus at ${url} does not answer: ${reason}`);
  }
}

interface Reply<T> {
  readonly status: number;
  readonly text: string;
  readonly data: z.ZodType<T>;
}

function readReply<T>(path: string, { status, text, data }: Reply<T>): T {
  const json = parseJson(text);
  const failed = failedSchema.safeParse(json);
  if (failed.success) {
    const { errorType, error } = failed.data;
    // A query that Prometheus cannot read is our mistake, and asking again does not mend it.
    if (errorType === 'bad_data')
      throw new CoppiceFailure('InvalidInput', `Prometheus refuses the query: ${error}`);
    throw unavailable(`Prometheus cannot answer (${errorType}): ${error}`);
  }
  const reply = z.object({ status: z.literal('success'), data }).safeParse(json);
  if (!reply.success) {
    const where = reply.error.issues.map((issue) => `${issue.path.join('.') || 'reply'}: ${issue.message}`);
    throw unavailable(`Prometheus answered ${status} on ${path} with something else: ${where.join('; ')}`);
  }
  return reply.data.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // what is no JSON fits no schema either, and is reported by that
  }
}

/** Prometheus writes numbers as Go does. */
function readNumber(text: string): number {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return Number(text);
}

function unavailable(message: string): CoppiceFailure {
  return new CoppiceFailure('MetricsUnavailable', message);
}
