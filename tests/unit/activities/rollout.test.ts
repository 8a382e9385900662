// Whether gateways serve what they were told to, over leases in memory; the clock moves with each look at it. What an
// approval must rest on.
import { beforeEach, describe, expect, it } from 'vitest';
import type { ExperimentInput } from '../../../activities/experiment-evidence.ts';
import { createRolloutActivities, type RolloutActivities } from '../../../activities/rollout.ts';
import { createLeases, type Leases } from '../../../artifacts/leases.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { createObservationLog } from '../../../artifacts/observations.ts';
import { createRegistryReader } from '../../../artifacts/registry/registry-reader.ts';
import { createKeyTrust } from '../../../artifacts/registry/trust.ts';
import { rolloutSchema } from '../../../contracts/model-spec/judgement.ts';
import type { CompletionRecord, GatewayLease, Observation } from '../../../contracts/observation.ts';
import { createMetrics } from '../../../monitoring/metrics.ts';
import { createPrometheusClient } from '../../../monitoring/prometheus-client.ts';
import type { MeasuredHealth } from '../../../pipeline/rollout/health.ts';
import { asActivity } from '../../support/activity-context.ts';
import { commitOf, createTestRegistry, register } from '../../support/registry-fixtures.ts';

const start = Date.parse('2026-05-01T00:00:00Z');

describe('awaitGateways', () => {
  let leases: Leases;
  let activities: RolloutActivities;
  const lease = (overrides: Partial<GatewayLease> = {}) =>
    leases.write({
      replica: 'gateway-1',
      model: 'mail-filter',
      generation: 4,
      ready: [1, 2],
      failed: {},
      expiresAt: '2026-06-01T00:00:00.000Z',
      ...overrides,
    });
  const wait = () =>
    asActivity(() => activities.awaitGateways({ model: 'mail-filter', generation: 4, version: 2 }));

  beforeEach(() => {
    const objects = createMemoryObjectStore();
    leases = createLeases(objects);
    let seconds = 0;
    activities = createRolloutActivities({
      leases,
      registry: createRegistryReader({ objects, trust: createKeyTrust([]) }),
      observations: createObservationLog(objects),
      prometheus: createPrometheusClient({ url: 'http://127.0.0.1:9' }),
      metrics: createMetrics({ process: 'test' }),
      now: () => new Date(start + 1_000 * (seconds += 50)),
    });
  });

  it('is ready once every gateway serves the generation and has loaded the version', async () => {
    await lease();
    expect(await wait()).toEqual({ ready: true, reasons: [] });
  });

  it('says at once which gateway cannot load the version: that is the version’s fault', async () => {
    await lease({ ready: [1], failed: { 2: 'out of memory' } });
    expect(await wait()).toEqual({
      ready: false,
      reasons: ['gateway-1 cannot load version 2: out of memory'],
      cause: 'unloadable',
    });
  });

  it('waits no longer than its patience for a gateway, and does not blame the version for it', async () => {
    expect(await wait()).toEqual({
      ready: false,
      reasons: ['no gateway holds a lease'],
      cause: 'unacknowledged',
    });
    await lease({ generation: 3 });
    expect(await wait()).toEqual({
      ready: false,
      reasons: ['waited for gateway-1'],
      cause: 'unacknowledged',
    });
  });
});

describe('describeApproval', () => {
  const open = async () => {
    const objects = createMemoryObjectStore();
    const registry = createTestRegistry(objects);
    await registry.writer.commit(commitOf(register('one')));
    return createRolloutActivities({
      leases: createLeases(objects),
      registry: registry.reader,
      observations: createObservationLog(objects),
      prometheus: createPrometheusClient({ url: 'http://127.0.0.1:9' }),
      metrics: createMetrics({ process: 'test' }),
      now: () => new Date(start),
    });
  };

  it('names what the version was judged on, and who asked for the rollout and for the run', async () => {
    const activities = await open();
    const asked = { model: 'mail-filter', version: 1 };
    expect(await activities.describeApproval({ ...asked, requestedBy: 'lee' })).toEqual({
      evidence: `sha256:${'a'.repeat(64)}`,
      requesters: ['lee', 'kim'],
    });
    expect((await activities.describeApproval({ ...asked, requestedBy: 'kim' })).requesters).toEqual(['kim']);
  });

  it('knows no version that is not registered', async () => {
    const asked = (await open()).describeApproval({ model: 'mail-filter', version: 9, requestedBy: 'kim' });
    await expect(asked).rejects.toThrow('mail-filter@9 is not registered');
  });
});

describe('a rollout of a language model', () => {
  const told: MeasuredHealth = { requests: 60, errorRate: 0, p95LatencyMs: 40 };
  const completion = (index: number, overrides: Partial<CompletionRecord> = {}): CompletionRecord => ({
    ...{
      kind: 'completion',
      id: `cmpl-${index}`,
      subject: `user-${index}`,
      at: new Date(start).toISOString(),
    },
    ...{ model: 'mail-filter', generation: 4, experiment: 'mail-filter-2', step: 1 },
    ...(index % 2 === 0 ? { arm: 'champion', version: 1 } : { arm: 'challenger', version: 2 }),
    ...{ latencyMs: 40, promptTokens: 3, completionTokens: 9 },
    ...overrides,
  });
  const open = async (health: MeasuredHealth, records: readonly Observation[]) => {
    const objects = createMemoryObjectStore();
    const now = () => new Date(start + 90_000);
    const observations = createObservationLog(objects, { now });
    await observations.append('mail-filter', records);
    const prometheus = createPrometheusClient({ url: 'http://127.0.0.1:9' });
    return createRolloutActivities({
      ...{ leases: createLeases(objects), registry: createTestRegistry(objects).reader },
      ...{ observations, prometheus: { ...prometheus, readHealth: () => Promise.resolve(health) } },
      ...{ metrics: createMetrics({ process: 'test' }), now },
    });
  };
  const look: ExperimentInput = {
    ...{ model: 'mail-filter', version: 2, champion: 1, experiment: 'mail-filter-2', step: 1 },
    ...{ mode: 'canary', trafficFraction: 0.5, qualityProven: false, judgedBy: 'guardrails' },
    ...{ startedAt: new Date(start).toISOString(), elapsedSeconds: 90, policy: rolloutSchema.parse({}) },
  };
  const sixty = Array.from({ length: 60 }, (_, index) => completion(index));

  it('goes on by health, time and shares alone: nothing is paired', async () => {
    const { verdict, pairs, requests } = await (await open(told, sixty)).judgeExperiment(look);
    expect([verdict, pairs, requests]).toEqual(['promote', 0, 60]);
  });

  it('is judged by ratings too where the model file names them, and told by how much they differ', async () => {
    const policy = rolloutSchema.parse({ steps: [0.5], metrics: ['rating'], interval: 'exact' });
    const ratings = sixty.map(({ id, arm }) => ({
      ...{ kind: 'feedback' as const, prediction: id, at: new Date(start + 1_000).toISOString() },
      rating: { value: arm === 'champion' ? 5 : 1, minimum: 1, maximum: 5 },
    }));
    const { verdict, pairs, estimate, interval, reasons } = await (
      await open(told, [...sixty, ...ratings])
    ).judgeExperiment({ ...look, policy, rolloutStartedAt: look.startedAt });
    expect([verdict, pairs]).toEqual(['rollback', 60]);
    expect(estimate).toBeLessThan(-0.5);
    expect(interval?.[1]).toBeLessThan(0);
    expect(reasons[1]).toMatch(/^rating lower by /);
  });

  it('ends where the first token comes too late', async () => {
    const slow = await open({ ...told, p95LatencyMs: 4_000 }, sixty);
    expect((await slow.judgeExperiment(look)).verdict).toBe('unhealthy');
  });

  describe('with limits on what it says', () => {
    const guardrails = { maximumToxicRate: 0.1, maximumRefusalRate: 0.2, minimumRequests: 20 };
    const policy = rolloutSchema.parse({ guardrails });
    /** Every third answer of version 2 is toxic; what it said before the step counts for nothing. */
    const scored = sixty.map((answer, index) => ({
      ...answer,
      scores: { 'not-toxic': index % 6 === 1 ? 0 : 1, 'not-refused': 1 },
    }));
    const before = sixty.map((answer) => ({
      ...answer,
      ...{ id: `${answer.id}-before`, at: new Date(start - 60_000).toISOString() },
      scores: { 'not-toxic': 1, 'not-refused': 1 },
    }));
    const watch = { model: 'mail-filter', policy, startedAt: look.startedAt };

    it('is unhealthy by the share of its answers since the step began, exactly', async () => {
      const activities = await open(told, [...before, ...scored, ...scored]);
      const seen = await activities.judgeExperiment({ ...look, policy });
      expect(seen).toMatchObject({
        verdict: 'unhealthy',
        reasons: ['33.3 % of its answers are toxic, limit 10.0 %'],
      });
    });

    it('is held to them in the watch window, and the version in service after a rollback', async () => {
      const activities = await open(told, scored);
      expect((await activities.judgeWatch({ ...watch, version: 2 })).verdict).toBe('unhealthy');
      expect((await activities.judgeWatch({ ...watch, version: 1 })).verdict).toBe('continue');
    });

    it('is not judged before enough of its answers have a score', async () => {
      const activities = await open(told, [...before, ...scored.slice(0, 30), ...sixty.slice(30)]);
      const seen = await activities.judgeExperiment({ ...look, policy });
      expect(seen).toMatchObject({ verdict: 'continue' });
      expect(seen.reasons).toContain('15 of the 20 answers needed to say how many are toxic');
    });
  });

  it('is taken back for certain only by what was answered since', async () => {
    const back = { model: 'mail-filter', version: 2, generation: 5, since: new Date(start).toISOString() };
    const after = [completion(100, { generation: 5 }), completion(101, { generation: 5 })];
    const { answersSince, answersByBadVersion } = await (
      await open(told, [...sixty, ...after])
    ).verifyRollback(back);
    expect([answersSince, answersByBadVersion]).toEqual([2, 1]);
  });
});
