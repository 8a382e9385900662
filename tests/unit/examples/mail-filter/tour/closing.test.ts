import { describe, expect, it } from 'vitest';
import type { Evidence, VersionSummary } from '../../../../../contracts/control-api.ts';
import { type ClosingSession, closing } from '../../../../../examples/mail-filter/tour/closing.ts';
import { readSettings } from '../../../../../settings/settings.ts';

const figure = (value: number) => ({
  value,
  interval: { low: value - 0.02, high: value + 0.01, confidence: 0.95 },
});
const evidence: Evidence = {
  systems: [
    { metrics: { accuracy: figure(0.96), f1: figure(0.9), auc: { value: null }, brier: figure(0.035) } },
    { metrics: { accuracy: figure(0.5) } },
  ],
  lineage: [],
};
const summary = (version: number, state: VersionSummary['state']): VersionSummary => ({
  model: 'mail-filter',
  version,
  state,
  createdAt: '2026-05-03T10:00:00.000Z',
  trigger: { kind: 'person', name: 'ann' },
  metrics: { accuracy: 0.96 },
  digest: `sha256:${'0'.repeat(64)}`,
});

function session(
  versions: VersionSummary[],
  readEvidence: () => Promise<Evidence> = () => Promise.resolve(evidence),
): ClosingSession {
  const control = {
    versions: () => Promise.resolve(versions),
    evidence: readEvidence,
    reportUrl: (model: string, version: number) => `http://control/${model}/${version}/report`,
  };
  return { startedAt: Date.now(), rollouts: [], running: { settings: readSettings({}), control } };
}

describe('closing', () => {
  it('shows the metrics of each version with their intervals', async () => {
    const text = await closing(session([summary(1, 'retired'), summary(2, 'champion')]), [], undefined);
    expect(text).toMatch(/^1 +0\.960 \[0\.940, 0\.970\] +0\.900 \[0\.880, 0\.910\] +0\.035/m);
    expect(text).toMatch(/^2 +0\.960 \[0\.940, 0\.970\]/m);
  });

  it('shows the values alone where the evidence cannot be had', async () => {
    const away = () => Promise.reject(new Error('away'));
    expect(await closing(session([summary(1, 'champion')], away), [], undefined)).toMatch(/^1 +0\.960$/m);
  });

  it('links to the report of the version in service', async () => {
    const versions = [summary(1, 'retired'), summary(2, 'champion'), summary(3, 'rolled-back')];
    expect(await closing(session(versions), [], undefined)).toContain('/mail-filter/2/report');
  });

  it('names no page and no version that is not there where the tour ended early', async () => {
    const early = await closing(session([]), [], new Error('it broke'));
    expect(early).not.toMatch(/report|lineage|models\//);
    const first = await closing(session([summary(1, 'champion')]), [], new Error('it broke'));
    expect(first).toContain('/mail-filter/1/report');
    expect(first).toContain('did not come out as told: it broke');
  });
});
