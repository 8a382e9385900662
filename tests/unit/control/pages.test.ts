import { describe, expect, it } from 'vitest';
import type { VersionSummary } from '../../../contracts/control-api.ts';
import type { Look } from '../../../contracts/messages.ts';
import { html } from '../../../control/pages/html.ts';
import { intervalPlot } from '../../../control/pages/interval-plot.ts';
import { type ModelPage, renderModelPage } from '../../../control/pages/model-page.ts';
import { renderModelsPage } from '../../../control/pages/models-page.ts';

const hostile = `"><script>alert('x')</script>`;

const version = (number: number, overrides: Partial<VersionSummary> = {}): VersionSummary => ({
  model: 'mail-filter',
  version: number,
  state: 'champion',
  createdAt: '2026-05-03T10:00:00.000Z',
  trigger: { kind: 'alert', alert: 'CoppiceQualityDrop', fingerprint: 'f', startsAt: 's' },
  metrics: { accuracy: 0.9657 },
  digest: `sha256:${'0'.repeat(64)}`,
  ...overrides,
});
const routing = {
  model: 'mail-filter',
  generation: 4,
  at: '2026-05-03T10:00:00.000Z',
  champion: 1,
  quarantined: [],
};
const look: Look = {
  verdict: 'continue',
  pairs: 102,
  estimate: 0.28,
  interval: [0.05, 0.52],
  requests: 130,
  reasons: ['not yet'],
};

function modelPage(overrides: Partial<ModelPage> = {}): string {
  return renderModelPage({
    summary: { model: 'mail-filter', routing, versions: [version(1)] },
    controller: undefined,
    rollouts: [],
    ledger: [],
    incidents: [],
    links: { temporalUi: 'http://ui', namespace: 'default', prometheus: 'http://prometheus' },
    ...overrides,
  });
}

describe('html', () => {
  it('escapes what is put in, and leaves what is HTML already', () => {
    expect(html`<p title="${hostile}">${['a & b', html`<b>${1}</b>`, undefined]}</p>`.text).toBe(
      '<p title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;">a &amp; b<b>1</b></p>',
    );
  });
});

describe('the page of a model', () => {
  it('shows versions with state, cause and metrics, a dash for a metric that is not there, and a link to the report', () => {
    const page = modelPage();
    expect(page).toContain('<title>mail-filter · Coppice</title>');
    expect(page).toContain('alert CoppiceQualityDrop');
    expect(page).toMatch(/0\.966<\/td><td class="number">–/);
    expect(page).toContain('<a href="/models/mail-filter/versions/1/report">report</a>');
  });

  it('draws the interval of a rollout, told in words as well', () => {
    const page = modelPage({
      rollouts: [{ version: 2, status: { phase: 'canary', step: 1, trafficFraction: 0.25, look } }],
    });
    expect(page).toContain('aria-label="version 2: +0.2800, between +0.0500 and +0.5200, 102 pairs"');
    expect(page).toMatch(/<td class="tight">canary<\/td>/);
  });

  it('shows what is held by its sample ratio, until it ends', () => {
    const status = { phase: 'canary' as const, step: 1, trafficFraction: 0.25 };
    const hold = { reason: 'the arms did not get the shares asked for', pValue: 0.0002 };
    const rollouts = [{ version: 2, status: { ...status, look: { ...look, hold } } }];
    expect(modelPage({ rollouts })).toContain('canary, held (p 0.00020)');
  });

  it('shows the table alone where no rollout has an interval yet', () => {
    const page = modelPage({
      rollouts: [{ version: 2, status: { phase: 'deploying', step: 0, trafficFraction: 0 } }],
    });
    expect(page).not.toContain('<svg');
    expect(page).toContain('deploying');
  });

  it('never lets a reason, a name or an actor become markup', () => {
    const at = '2026-05-03T10:00:00.000Z';
    const page = modelPage({
      trouble: hostile,
      controller: {
        ...{ model: 'mail-filter', paused: true, waiting: [], handledAlerts: [] },
        run: { workflowId: hostile, startedAt: at },
        history: [{ at: hostile, what: hostile, decision: hostile, reason: hostile }],
      },
      rollouts: [
        {
          version: 2,
          status: { phase: 'canary', step: 1, trafficFraction: 0, look: { ...look, reasons: [hostile] } },
        },
      ],
      ledger: [
        {
          ...{ model: 'mail-filter', sequence: 1, at, actor: hostile, reason: hostile, evidence: [] },
          ...{ idempotencyKey: 'k', change: { kind: 'promote', version: 1 }, result: {} },
          ...{ previousHash: '', hash: '' },
        },
      ],
      summary: {
        model: 'mail-filter',
        versions: [
          version(1, {
            trigger: { kind: 'alert', alert: hostile, fingerprint: 'f', startsAt: 's' },
          }),
        ],
      },
    });
    expect(page).not.toContain('<script');
    expect(page.split('&lt;script&gt;').length).toBeGreaterThan(8);
    expect(page).toContain('frozen');
  });
});

describe('the page of all models', () => {
  it('says how to make the first version where there is none', () => {
    expect(renderModelsPage([])).toContain('npx coppice run');
  });

  it('names champion and challenger with its share', () => {
    const challenger = {
      version: 2,
      experiment: 'e',
      mode: 'canary' as const,
      trafficFraction: 0.25,
      step: 1,
    };
    const page = renderModelsPage([
      { model: 'mail-filter', routing: { ...routing, challenger }, versions: [version(1)] },
    ]);
    expect(page).toContain('<a href="/models/mail-filter">mail-filter</a>');
    expect(page).toContain('2, 25 % of traffic');
  });
});

describe('intervalPlot', () => {
  const x = (plot: string) => [...plot.matchAll(/cx="([\d.]+)"/g)].map(([, value]) => Number(value));

  it('puts better to the right of worse, and keeps all within the picture', () => {
    const bounds = { pairs: 100, lower: -0.5, upper: 0.5 };
    const plot = intervalPlot([
      { ...bounds, version: 3, estimate: -0.4 },
      { ...bounds, version: 2, estimate: 0.4 },
    ]).text;
    const [worse, better] = x(plot);
    expect(worse).toBeLessThan(better);
    expect(Math.min(worse, better)).toBeGreaterThan(0);
    expect(better).toBeLessThan(640);
  });

  it('draws an interval of no width, as identical versions have', () => {
    const plot = intervalPlot([{ version: 2, pairs: 100, estimate: 0, lower: 0, upper: 0 }]).text;
    expect(plot).not.toContain('NaN');
  });
});
