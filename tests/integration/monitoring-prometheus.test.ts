// From a process's measurements through a real Prometheus back to the questions and alerts that decisions rest on.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gatewayJob } from '../../contracts/metrics.ts';
import { monitoringSchema } from '../../contracts/model-spec/judgement.ts';
import type { RoutingDocument } from '../../contracts/registry.ts';
import { alertRules } from '../../monitoring/alert-rules.ts';
import { type Exposition, exposeMetrics } from '../../monitoring/exposition.ts';
import { createMetrics } from '../../monitoring/metrics.ts';
import { createPrometheusClient, type PrometheusClient } from '../../monitoring/prometheus-client.ts';
import { poll } from '../support/poll.ts';
import { startPrometheus, type TestPrometheus } from '../support/prometheus.ts';

const metrics = createMetrics({ process: 'gateway' });
const model = 'mail-filter';
const patienceMs = 30_000;
let exposition: Exposition;
let prometheus: TestPrometheus;
let client: PrometheusClient;

beforeAll(async () => {
  exposition = await exposeMetrics({ metrics, port: 0 });
  prometheus = await startPrometheus({ [gatewayJob]: `127.0.0.1:${exposition.port}` });
  client = createPrometheusClient({ url: prometheus.url });
});
afterAll(async () => {
  await prometheus.stop();
  await exposition.close();
});

const routing = (champion: number): RoutingDocument => ({
  model,
  generation: champion,
  at: '2024-05-03T12:00:00Z',
  champion,
  quarantined: [],
});

/** Waits until Prometheus has scraped a value twice, as rates need. */
const scrapedTwice = (series: string) =>
  poll(
    `two scrapes of ${series}`,
    async () => (await client.instant(`count_over_time(${series}[1m]) >= 2`)).length > 0,
    patienceMs,
  );

const unmeasured = { errorRate: null, p95LatencyMs: null };

it('tells a version without measurements from one without requests', async () => {
  const question = { model, version: '1', windowSeconds: 60 };
  expect(await client.readHealth(question)).toEqual({ ...unmeasured, requests: null, saturation: null });
  metrics.followRouting(routing(1));
  await scrapedTwice('coppice_requests_total{version="1",status="200"}');
  expect(await client.readHealth(question)).toEqual({ ...unmeasured, requests: 0, saturation: null });
});

it('measures how full the queue of a version is', async () => {
  const process = metrics.observeProcess(model, 5);
  process.queued(16, 64);
  await scrapedTwice('coppice_queue_capacity{version="5"}');
  const { saturation } = await client.readHealth({ model, version: '5', windowSeconds: 60 });
  expect(saturation).toBe(0.25);
  process.gone();
});

it('measures requests, error rate and latency of a version', async () => {
  for (let index = 0; index < 100; index += 1) {
    const status = index < 5 ? 503 : 200;
    metrics.observeRequest({
      model,
      version: '1',
      arm: 'champion',
      status,
      seconds: index < 90 ? 0.02 : 0.2,
    });
  }
  const measured = await poll(
    'all requests are measured',
    async () => {
      const health = await client.readHealth({ model, version: '1', windowSeconds: 60 });
      return health.p95LatencyMs !== null && (health.requests ?? 0) > 0 && health;
    },
    patienceMs,
  );
  expect(measured.errorRate).toBeCloseTo(0.05, 6);
  // The 90 fast ones are in the bucket to 25 ms, the slow ones in that from 100 to 250 ms: its middle is interpolated.
  expect(measured.p95LatencyMs).toBeCloseTo(175, 6);
  const shadow = await client.readHealth({ model, version: '1', windowSeconds: 60, arm: 'shadow' });
  expect(shadow.requests).toBeNull();
});

it('takes no series of failures for a rate of zero', async () => {
  const answer = () =>
    metrics.observeRequest({ model, version: '9', arm: 'champion', status: 200, seconds: 0.02 });
  answer();
  await scrapedTwice('coppice_requests_total{version="9"}');
  answer();
  const measured = await poll(
    'the second request is measured',
    async () => {
      const health = await client.readHealth({ model, version: '9', windowSeconds: 60 });
      return (health.requests ?? 0) > 0 && health;
    },
    patienceMs,
  );
  expect(measured.errorRate).toBe(0);
});

it('answers a range with a point a step', async () => {
  const end = Math.floor(Date.now() / 1_000);
  const series = await client.range('vector(7)', { start: end - 10, end, stepSeconds: 5 });
  expect(series.map(({ points }) => points.map(({ value }) => value))).toEqual([[7, 7, 7]]);
});

it('refuses a query that is none', async () => {
  await expect(client.instant('sum(')).rejects.toMatchObject({ type: 'InvalidInput' });
});

it('raises the alert on the champion, and resolves it when another version takes over', async () => {
  const monitoring = monitoringSchema.parse({ qualityObjective: 0.93, forSeconds: 1 });
  await writeFile(join(prometheus.rulesFolder, `${model}.yml`), alertRules([{ model, monitoring }]));
  await client.reload();
  metrics.setQuality({ model, version: '1', accuracy: 0.88, labelled: 150 });
  const firing = async () => {
    const alerts = await client.instant('ALERTS{alertname="CoppiceQualityDrop",alertstate="firing"}');
    return alerts.map(({ labels }) => labels.version);
  };
  await poll('the alert fires', async () => (await firing()).length > 0, patienceMs);
  expect(await firing()).toEqual(['1']);

  metrics.setQuality({ model, version: '2', accuracy: 0.96, labelled: 150 });
  metrics.followRouting(routing(2));
  await poll('the alert resolves', async () => (await firing()).length === 0, patienceMs);
  // Version 1 is as bad as before: it is no longer asked about.
  const quality = await client.instant('coppice:quality:ratio');
  expect(quality.map(({ labels, value }) => [labels.version, value])).toEqual(
    expect.arrayContaining([
      ['1', 0.88],
      ['2', 0.96],
    ]),
  );
});
