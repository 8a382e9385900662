import { describe, expect, it } from 'vitest';
import { metricDefinitions } from '../../../contracts/metrics.ts';
import type { RoutingDocument } from '../../../contracts/registry.ts';
import { createMetrics } from '../../../monitoring/metrics.ts';

/** Lines of the exposition that start with the text; comments never do. */
async function linesOf(metrics: { text: () => Promise<string> }, start: string): Promise<string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith(start));
}

const routing = (change: Partial<RoutingDocument>): RoutingDocument => ({
  model: 'm',
  generation: 1,
  at: '2024-05-03T12:00:00Z',
  quarantined: [],
  ...change,
});
const challenger = { version: 2, experiment: 'm@2', trafficFraction: 0.25, step: 1, mode: 'canary' } as const;

describe('the table of metrics', () => {
  it.each(Object.values(metricDefinitions))('$name ends as its type and unit ask', ({ name, type }) => {
    expect(name).toMatch(/^coppice_[a-z0-9_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    if (type === 'histogram') expect(name).toMatch(/_(seconds|bytes|size)$/);
  });

  it('names each metric once and no label that has no bound', () => {
    const names = Object.values(metricDefinitions).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const labels = Object.values(metricDefinitions).flatMap(
      (definition): readonly string[] => definition.labels,
    );
    expect(labels).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/run|subject|document|digest|uri/)]),
    );
  });
});

describe('createMetrics', () => {
  it('exposes every metric of the table with its type and help', async () => {
    const text = await createMetrics({ process: 'worker' }).text();
    for (const { name, type, help } of Object.values(metricDefinitions)) {
      expect(text).toContain(`# HELP ${name} ${help}\n`);
      expect(text).toContain(`# TYPE ${name} ${type}\n`);
    }
  });

  it('names its process and brings the metrics of Node', async () => {
    const metrics = createMetrics({ process: 'worker' });
    expect(await linesOf(metrics, 'coppice_process_info{process="worker"')).toHaveLength(1);
    expect(await linesOf(metrics, 'process_resident_memory_bytes')).toHaveLength(1);
  });

  it('keeps two processes of one program apart', async () => {
    const [one, other] = [createMetrics({ process: 'gateway' }), createMetrics({ process: 'worker' })];
    one.countCacheLookup('cleaning', true);
    expect(await linesOf(one, 'coppice_step_cache_lookups_total{')).toHaveLength(1);
    expect(await linesOf(other, 'coppice_step_cache_lookups_total{')).toEqual([]);
  });

  it('adds up funnels, with a reason only where documents were dropped', async () => {
    const metrics = createMetrics({ process: 'worker' });
    const row = {
      step: 'strip-html',
      in: 10,
      kept: 4,
      changed: 3,
      dropped: 3,
      reasons: { empty: 2, 'too-short': 1 },
    };
    metrics.countDocuments('m', 'cleaning', [row]);
    metrics.countDocuments('m', 'cleaning', [row]);
    const of = (decision: string, reason: string) =>
      `coppice_documents_total{model="m",stage="cleaning",step="strip-html",decision="${decision}",reason="${reason}"}`;
    expect(await linesOf(metrics, 'coppice_documents_total{')).toEqual([
      `${of('keep', '')} 8`,
      `${of('change', '')} 6`,
      `${of('drop', 'empty')} 4`,
      `${of('drop', 'too-short')} 2`,
    ]);
  });

  it('tells cached stages from computed ones', async () => {
    const metrics = createMetrics({ process: 'worker' });
    metrics.observeStage({ model: 'm', stage: 'training', seconds: 75, cached: false });
    metrics.observeStage({ model: 'm', stage: 'training', seconds: 0.02, cached: true });
    expect(await linesOf(metrics, 'coppice_stage_duration_seconds_sum')).toEqual([
      'coppice_stage_duration_seconds_sum{model="m",stage="training",outcome="computed"} 75',
      'coppice_stage_duration_seconds_sum{model="m",stage="training",outcome="cached"} 0.02',
    ]);
  });

  it('keeps the last loss of a training while a report brings none', async () => {
    const metrics = createMetrics({ process: 'worker' });
    const progress = { phase: 'fine-tuning', totalSteps: 100 };
    metrics.observeTraining('m', {
      ...progress,
      step: 10,
      loss: 0.5,
      gradientNorm: 1.5,
      learningRate: 1e-4,
      tokensPerSecond: 20_000,
    });
    metrics.observeTraining('m', { ...progress, step: 11 });
    expect(await linesOf(metrics, 'coppice_training_')).toEqual([
      'coppice_training_step{model="m",phase="fine-tuning"} 11',
      'coppice_training_planned_steps{model="m",phase="fine-tuning"} 100',
      'coppice_training_loss{model="m",phase="fine-tuning"} 0.5',
      'coppice_training_gradient_norm{model="m",phase="fine-tuning"} 1.5',
      'coppice_training_learning_rate{model="m",phase="fine-tuning"} 0.0001',
      'coppice_training_tokens_per_second{model="m",phase="fine-tuning"} 20000',
    ]);
  });

  it('takes the series of a phase away when it ends, and leaves those of others', async () => {
    const metrics = createMetrics({ process: 'trainer' });
    metrics.observeTraining('m', { phase: 'pretraining', step: 4, totalSteps: 9, loss: 2 });
    metrics.observeTraining('n', { phase: 'pretraining', step: 5, totalSteps: 9 });
    metrics.endTraining('m', 'pretraining');
    expect(await linesOf(metrics, 'coppice_training_')).toEqual([
      'coppice_training_step{model="n",phase="pretraining"} 5',
      'coppice_training_planned_steps{model="n",phase="pretraining"} 9',
    ]);
    metrics.endTraining('m', 'fine-tuning');
  });

  it('counts bytes by direction', async () => {
    const metrics = createMetrics({ process: 'worker' });
    metrics.observeTransfer({ direction: 'upload', sizeBytes: 1_000, seconds: 0.1 });
    metrics.observeTransfer({ direction: 'upload', sizeBytes: 500, seconds: 0.1 });
    expect(await linesOf(metrics, 'coppice_artifact_bytes_total{')).toEqual([
      'coppice_artifact_bytes_total{direction="upload"} 1500',
    ]);
  });
});

describe('metrics of a gateway', () => {
  it('shows the champion only, and forgets the one before', async () => {
    const metrics = createMetrics({ process: 'gateway' });
    metrics.followRouting(routing({ champion: 1 }), new Date('2024-05-01T00:00:00Z'));
    metrics.followRouting(
      routing({ generation: 2, champion: 2, previous: 1 }),
      new Date('2024-05-02T00:00:00Z'),
    );
    expect(await linesOf(metrics, 'coppice_champion_info{')).toEqual([
      'coppice_champion_info{model="m",version="2"} 1',
    ]);
    expect(await linesOf(metrics, 'coppice_champion_created')).toEqual([
      'coppice_champion_created_timestamp_seconds{model="m",version="2"} 1714608000',
    ]);
    expect(await linesOf(metrics, 'coppice_routing_generation')).toEqual([
      'coppice_routing_generation{model="m"} 2',
    ]);
  });

  it('shows the shares of a canary and takes them back after a rollback', async () => {
    const metrics = createMetrics({ process: 'gateway' });
    metrics.followRouting(routing({ champion: 1, challenger }));
    expect(await linesOf(metrics, 'coppice_traffic_fraction')).toEqual([
      'coppice_traffic_fraction{model="m",version="1",arm="champion"} 0.75',
      'coppice_traffic_fraction{model="m",version="2",arm="challenger"} 0.25',
    ]);
    metrics.followRouting(routing({ generation: 2, champion: 1, quarantined: [2] }));
    expect(await linesOf(metrics, 'coppice_traffic_fraction')).toEqual([
      'coppice_traffic_fraction{model="m",version="1",arm="champion"} 1',
    ]);
  });

  it('gives a shadow no traffic', async () => {
    const metrics = createMetrics({ process: 'gateway' });
    metrics.followRouting(routing({ champion: 1, challenger: { ...challenger, mode: 'shadow' } }));
    expect(await linesOf(metrics, 'coppice_traffic_fraction')).toEqual([
      'coppice_traffic_fraction{model="m",version="1",arm="champion"} 1',
      'coppice_traffic_fraction{model="m",version="2",arm="shadow"} 0',
    ]);
  });

  it('shows whether the champion is loaded, and of no version that is champion no more', async () => {
    const metrics = createMetrics({ process: 'gateway' });
    metrics.followRouting(routing({ champion: 1 }));
    metrics.showChampion('m', 1, false);
    metrics.showChampion('m', 1, true);
    expect(await linesOf(metrics, 'coppice_champion_loaded{')).toEqual([
      'coppice_champion_loaded{model="m",version="1"} 1',
    ]);
    metrics.followRouting(routing({ generation: 2, champion: 2 }));
    metrics.showChampion('m', 2, false);
    expect(await linesOf(metrics, 'coppice_champion_loaded{')).toEqual([
      'coppice_champion_loaded{model="m",version="2"} 0',
    ]);
  });

  it('leaves the other models alone', async () => {
    const metrics = createMetrics({ process: 'gateway' });
    metrics.followRouting(routing({ model: 'other', champion: 7 }));
    metrics.followRouting(routing({ champion: 1 }));
    metrics.followRouting(routing({ generation: 2, champion: 2 }));
    expect(await linesOf(metrics, 'coppice_champion_info{')).toEqual([
      'coppice_champion_info{model="other",version="7"} 1',
      'coppice_champion_info{model="m",version="2"} 1',
    ]);
  });

  it('starts the counters of a version at zero, and never a second time', async () => {
    const metrics = createMetrics({ process: 'gateway' });
    metrics.followRouting(routing({ champion: 1, challenger }));
    const of = 'model="m",version="2",arm="challenger"';
    const counts = async () =>
      [
        ...(await linesOf(metrics, `coppice_requests_total{${of},status="200"}`)),
        ...(await linesOf(metrics, `coppice_request_duration_seconds_count{${of}}`)),
      ].map((line) => line.split(' ').at(-1));
    expect(await counts()).toEqual(['0', '0']);
    metrics.observeRequest({ model: 'm', version: '2', arm: 'challenger', status: 200, seconds: 0.01 });
    metrics.followRouting(routing({ generation: 2, champion: 1, challenger: { ...challenger, step: 2 } }));
    metrics.followRouting(routing({ generation: 3, champion: 2, previous: 1 }));
    expect(await counts()).toEqual(['1', '1']);
  });

  it('shows quality only while there are labels', async () => {
    const metrics = createMetrics({ process: 'gateway' });
    const of = 'model="m",version="1"';
    const set = async (accuracy: number, labelled: number) => {
      metrics.setQuality({ model: 'm', version: '1', accuracy, labelled });
      return linesOf(metrics, 'coppice_quality');
    };
    const without = [`coppice_quality_labelled{${of}} 0`];
    expect(await set(Number.NaN, 0)).toEqual(without);
    expect(await set(0.9, 10)).toEqual([
      `coppice_quality_ratio{${of}} 0.9`,
      `coppice_quality_labelled{${of}} 10`,
    ]);
    expect(await set(Number.NaN, 0)).toEqual(without);
  });
});

describe('metrics of decisions', () => {
  it('shows one state of a rollout, with its interval once there is one', async () => {
    const metrics = createMetrics({ process: 'worker' });
    metrics.showRollout({
      model: 'm',
      version: '2',
      state: 'shadow',
      estimate: 0.1,
      interval: { lower: 0, upper: 0.2 },
    });
    metrics.showRollout({ model: 'm', version: '2', state: 'canary', estimate: 0.05, interval: null });
    expect(await linesOf(metrics, 'coppice_rollout')).toEqual([
      'coppice_rollout_state{model="m",version="2",state="canary"} 1',
      'coppice_rollout_estimate{model="m",version="2",bound="estimate"} 0.05',
    ]);
  });

  it('shows the p-value of what holds a rollout for as long as it holds', async () => {
    const metrics = createMetrics({ process: 'worker' });
    const standing = { model: 'm', version: '2', state: 'canary' };
    metrics.showRollout({ ...standing, holdPValue: 0.0001 });
    const series = 'coppice_rollout_hold_p_value';
    expect(await linesOf(metrics, series)).toEqual([`${series}{model="m",version="2"} 0.0001`]);
    metrics.showRollout(standing);
    expect(await linesOf(metrics, series)).toEqual([]);
  });

  it('shows versions of one experiment beside each other, until another is shown', async () => {
    const metrics = createMetrics({ process: 'worker' });
    const of = (version: string, experiment: string) =>
      metrics.showRollout({ model: 'm', version, state: 'canary', experiment });
    const shown = async () => (await linesOf(metrics, 'coppice_rollout_state')).length;
    of('2', 'first');
    of('3', 'first');
    of('2', 'first');
    expect(await shown()).toBe(2);
    of('4', 'second');
    expect(await shown()).toBe(1);
  });

  it('counts alerts by what came of them', async () => {
    const metrics = createMetrics({ process: 'control' });
    metrics.countAlert({ model: 'm', alert: 'CoppiceQualityDrop', decision: 'started' });
    metrics.countAlert({ model: 'm', alert: 'CoppiceQualityDrop', decision: 'duplicate' });
    expect(await linesOf(metrics, 'coppice_alerts_received_total')).toHaveLength(2);
  });
});
