// Recording and alerting rules of models, generated from their specs, as a rule file for Prometheus.
// Every alert on a version asks for the one that is champion now, so it resolves when another takes over.
import { stringify } from 'yaml';
import { alertNames, gatewayJob } from '../contracts/metrics.ts';
import type { MonitoringSpec } from '../contracts/model-spec/judgement.ts';

/** A model whose service is watched. */
export interface MonitoredModel {
  readonly model: string;
  readonly monitoring: MonitoringSpec;
  /** Window of error rates and latencies; whole, several scrapes long. Default: five minutes. */
  readonly windowSeconds?: number;
}

/** What the controller is asked to do; it still decides by the spec whether it does. */
type AlertAction = 'retrain' | 'rollback' | 'none';

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: {
    readonly model: string;
    readonly severity: 'warning' | 'critical';
    readonly action: AlertAction;
  };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook: string };
}

interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  /** The series have this label anyway; stated, it tells the rules of two models apart. */
  readonly labels: { readonly model: string };
}

/**
 * Generates the rules of some models.
 *
 * @param models - distinct names
 * @returns YAML with one group a model: first what is recorded, then what is alerted on
 */
export function alertRules(models: readonly MonitoredModel[]): string {
  const groups = models.map((model) => ({
    name: `coppice/${model.model}`,
    rules: [...recordingRules(model), ...alertingRules(model)],
  }));
  return stringify({ groups }, { lineWidth: 0 });
}

/** What is recorded of each version; names after Prometheus' level:metric:operation. */
const recorded = {
  quality: 'coppice:quality:ratio',
  labelled: 'coppice:quality_labelled:sum',
  errors: 'coppice:request_errors:ratio',
  latency: 'coppice:request_duration_seconds:p95',
} as const;

function recordingRules({ model, windowSeconds = 300 }: MonitoredModel): RecordingRule[] {
  const of = `{model=${quote(model)}}`;
  const window = `[${windowSeconds}s]`;
  // Shadow answers are seen by nobody, so they are no part of the service.
  const seen = `coppice_requests_total{model=${quote(model)},arm!~"shadow|tester"}`;
  const failed = `coppice_requests_total{model=${quote(model)},arm!~"shadow|tester",status=~"5.."}`;
  const durations = `coppice_request_duration_seconds_bucket{model=${quote(model)},arm!~"shadow|tester"}`;
  const by = 'sum by (model, version)';
  const labels = { model };
  return [
    {
      // Replicas hold windows of their own: weighted by the labels that each rests on.
      record: recorded.quality,
      labels,
      expr: `${by} (coppice_quality_ratio${of} * coppice_quality_labelled${of}) / ${by} (coppice_quality_labelled${of})`,
    },
    { record: recorded.labelled, labels, expr: `${by} (coppice_quality_labelled${of})` },
    {
      // Without a failure there is no series of failures, and that is a rate of zero.
      record: recorded.errors,
      labels,
      expr: `(${by} (rate(${failed}${window})) or 0 * ${by} (rate(${seen}${window}))) / ${by} (rate(${seen}${window}))`,
    },
    {
      record: recorded.latency,
      labels,
      expr: `histogram_quantile(0.95, sum by (model, version, le) (rate(${durations}${window})))`,
    },
  ];
}

function alertingRules(monitored: MonitoredModel): AlertRule[] {
  return [
    ...qualityRules(monitored),
    ...serviceRules(monitored),
    ...staleRules(monitored),
    championRule(monitored),
    gatewayRule(monitored),
  ];
}

function qualityRules({ model, monitoring }: MonitoredModel): AlertRule[] {
  const { qualityObjective, minimumLabels, forSeconds } = monitoring;
  if (qualityObjective === undefined) return [];
  const of = `{model=${quote(model)}}`;
  const enough = `and on (model, version) ${recorded.labelled}${of} >= ${minimumLabels}`;
  return [
    {
      alert: alertNames.qualityDrop,
      expr: `${recorded.quality}${of} < ${qualityObjective} ${enough} ${isChampion(model)}`,
      for: `${forSeconds}s`,
      labels: { model, severity: 'warning', action: 'retrain' },
      annotations: {
        summary: `${model}: version {{ $labels.version }} answers too often wrongly`,
        description: `{{ $value | humanizePercentage }} of its labelled answers are right, the objective is ${percent(qualityObjective)}.`,
        runbook: `the model's page shows whether a new version is being made; coppice retrain ${model} makes one; coppice report of the version shows what it was judged on.`,
      },
    },
  ];
}

function serviceRules({ model, monitoring }: MonitoredModel): AlertRule[] {
  const { maximumErrorRate, maximumP95LatencyMs, forSeconds } = monitoring;
  const of = `{model=${quote(model)}}`;
  return [
    {
      alert: alertNames.errorRateHigh,
      expr: `${recorded.errors}${of} > ${maximumErrorRate} ${isChampion(model)}`,
      for: `${forSeconds}s`,
      labels: { model, severity: 'critical', action: 'rollback' },
      annotations: {
        summary: `${model}: requests to version {{ $labels.version }} fail`,
        description: `{{ $value | humanizePercentage }} of its requests end with an error of ours, the limit is ${percent(maximumErrorRate)}.`,
        runbook: `coppice doctor shows what is down; coppice rollback ${model} brings the version before back.`,
      },
    },
    {
      alert: alertNames.latencyHigh,
      expr: `${recorded.latency}${of} > ${maximumP95LatencyMs / 1_000} ${isChampion(model)}`,
      for: `${forSeconds}s`,
      labels: { model, severity: 'warning', action: 'none' },
      annotations: {
        summary: `${model}: version {{ $labels.version }} answers slowly`,
        description: `Five answers of a hundred take longer than {{ $value | humanizeDuration }}, the limit is ${maximumP95LatencyMs} ms.`,
        runbook: `Compare the load with that of before; add gateways, or coppice rollback ${model} if the version before was faster.`,
      },
    },
  ];
}

function staleRules({ model, monitoring: { maximumAgeSeconds } }: MonitoredModel): AlertRule[] {
  if (maximumAgeSeconds === undefined) return [];
  const age = `time() - max by (model, version) (coppice_champion_created_timestamp_seconds{model=${quote(model)}})`;
  return [
    {
      alert: alertNames.modelStale,
      expr: `${age} > ${maximumAgeSeconds} ${isChampion(model)}`,
      for: '0s',
      labels: { model, severity: 'warning', action: 'retrain' },
      annotations: {
        summary: `${model}: version {{ $labels.version }} is old`,
        description: `It was made {{ $value | humanizeDuration }} ago.`,
        runbook: `coppice retrain ${model} makes a new version.`,
      },
    },
  ];
}

function championRule({ model, monitoring }: MonitoredModel): AlertRule {
  return {
    alert: alertNames.championMissing,
    expr: `min by (model, version) (coppice_champion_loaded{model=${quote(model)}}) < 1`,
    for: `${monitoring.forSeconds}s`,
    labels: { model, severity: 'critical', action: 'none' },
    annotations: {
      summary: `${model}: version {{ $labels.version }} is not loaded`,
      description: 'A gateway cannot load it. The version before answers in its place, where there is one.',
      runbook: `The gateway's log says why; coppice doctor shows a damaged package; coppice rollback ${model} makes the version before the champion.`,
    },
  };
}

function gatewayRule({ model, monitoring }: MonitoredModel): AlertRule {
  const job = `{job=${quote(gatewayJob)}}`;
  return {
    alert: alertNames.gatewayDown,
    // One gateway that answers is enough; none that is even scraped is as bad as one that is down.
    expr: `max(up${job}) < 1 or absent(up${job})`,
    for: `${monitoring.forSeconds}s`,
    labels: { model, severity: 'critical', action: 'none' },
    annotations: {
      summary: `${model}: no gateway answers`,
      description: 'Prometheus reaches no gateway, so nobody is served and nothing is known about quality.',
      runbook: 'coppice doctor shows what is down and where its log is.',
    },
  };
}

/** Keeps what is measured of the version that a gateway calls champion now. */
function isChampion(model: string): string {
  return `and on (model, version) max by (model, version) (coppice_champion_info{model=${quote(model)}}) == 1`;
}

/** A PromQL string; its escapes are those of Go, which JSON's are for model names. */
function quote(text: string): string {
  return JSON.stringify(text);
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(4))} %`;
}
