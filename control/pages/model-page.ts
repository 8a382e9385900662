// One model: who serves, what its rollouts found, its versions, what the controller decided, the ledger.
import type { ModelSummary, VersionSummary } from '../../contracts/control-api.ts';
import { type Incident, incidentFigures } from '../../contracts/incident.ts';
import type { ControllerState, RolloutStatus } from '../../contracts/messages.ts';
import type { LedgerEntry } from '../../contracts/registry.ts';
import { challengersOf } from '../../contracts/registry.ts';
import { type Html, html } from './html.ts';
import { type Interval, intervalPlot } from './interval-plot.ts';
import { describeChallenger } from './models-page.ts';
import { facts, figure, link, page, type Row, table, time } from './page.ts';

export interface ModelPage {
  readonly summary: ModelSummary;
  /** Absent where the model has no controller, or where none answers: `trouble` says which. */
  readonly controller: ControllerState | undefined;
  readonly trouble?: string | undefined;
  readonly rollouts: readonly { readonly version: number; readonly status: RolloutStatus }[];
  readonly ledger: readonly LedgerEntry[];
  /** The newest, newest first. */
  readonly incidents: readonly Incident[];
  readonly links: { readonly temporalUi: string; readonly namespace: string; readonly prometheus: string };
}

export function renderModelPage(view: ModelPage): string {
  const { summary, controller, trouble, rollouts, ledger } = view;
  const { model, routing, versions } = summary;
  const champion = versions.find(({ version }) => version === routing?.champion);
  return page(
    model,
    html`${facts([
      ['in service', champion ? `version ${champion.version}` : 'none'],
      ['its accuracy when judged', figure(champion?.metrics.accuracy)],
      ['challenger', describeChallenger(routing)],
      ['since', routing ? time(routing.at) : '–'],
      ['routing generation', routing?.generation ?? 0],
      ['controller', describeController(controller)],
    ])}
${trouble === undefined ? undefined : html`<p class="warning">${trouble}</p>`}
<p>${workLinks(view)}</p>
${rolloutSection(rollouts)}
${incidentSection(view)}
<h2>Versions</h2>${versionTable(versions)}
<h2>Decisions</h2>${decisionTable(controller)}
<h2>Ledger</h2>${ledgerTable(ledger)}`,
  );
}

function describeController(controller: ControllerState | undefined): string {
  if (!controller) return 'not running';
  return controller.paused ? 'frozen' : 'listening';
}

function workLinks({ summary: { model }, controller, links }: ModelPage): Html {
  const base = `${links.temporalUi}/namespaces/${encodeURIComponent(links.namespace)}/workflows`;
  const open = [controller?.run, controller?.rollout].flatMap((work) => work ?? []);
  return html`${open.map(
    ({ workflowId }) => html`Open: ${link(`${base}/${encodeURIComponent(workflowId)}`, workflowId)}<br>`,
  )}${link(`${base}?query=${encodeURIComponent(`CoppiceModel="${model}"`)}`, 'all its workflows')} ·
${link(links.prometheus, 'Prometheus')}`;
}

function rolloutSection(rollouts: ModelPage['rollouts']): Html | undefined {
  if (rollouts.length === 0) return undefined;
  const intervals = rollouts.flatMap(({ version, status: { look } }): Interval[] =>
    look?.interval && look.estimate !== undefined
      ? [
          {
            ...{ version, pairs: look.pairs, estimate: look.estimate },
            ...{ lower: look.interval[0], upper: look.interval[1] },
          },
        ]
      : [],
  );
  const rows = rollouts.map(({ version, status: { phase, verdict, look } }): Row => {
    const held = look?.hold && verdict === undefined ? `, held (p ${look.hold.pValue.toPrecision(2)})` : '';
    const state = `${verdict ?? phase}${held}`;
    const cells = [version, state, look?.pairs, look?.requests, look?.reasons.join('; ')];
    return { cells };
  });
  return html`<h2>Rollouts</h2>
${
  intervals.length > 0
    ? html`<p class="soft">By how much a version loses less than the version in service, answer by answer, with its
confidence interval. A verdict stands once the interval leaves zero out.</p>${intervalPlot(intervals)}`
    : undefined
}
${table(
  'What the newest rollouts found.',
  [
    { title: 'version', kind: 'number' },
    { title: 'stands at', kind: 'tight' },
    { title: 'pairs', kind: 'number' },
    { title: 'requests', kind: 'number' },
    { title: 'because', kind: 'long' },
  ],
  rows,
)}`;
}

function incidentSection({ summary: { model }, incidents }: ModelPage): Html | undefined {
  if (incidents.length === 0) return undefined;
  const rows = incidents.map((incident): Row => {
    const { version, rolledBackAt, generation, reason, answers } = incident;
    const { badAnswers, secondsFromOnset } = incidentFigures(incident);
    const since = secondsFromOnset === undefined ? undefined : secondsFromOnset.toFixed(1);
    const page = link(`/models/${model}/incidents/${generation}`, 'incident');
    return { cells: [version, time(rolledBackAt), answers.given, badAnswers, since, reason, page] };
  });
  return html`<h2>Rollbacks</h2>${table(
    'What each cost, newest first.',
    [
      { title: 'version', kind: 'number' },
      { title: 'at', kind: 'tight' },
      { title: 'answers', kind: 'number' },
      { title: 'bad', kind: 'number' },
      { title: 's from its first', kind: 'number' },
      { title: 'because', kind: 'long' },
      { title: '' },
    ],
    rows,
  )}`;
}

function versionTable(versions: readonly VersionSummary[]): Html {
  const rows = [...versions].reverse().map(({ model, version, state, createdAt, ...rest }): Row => {
    const { basedOn, trigger, metrics } = rest;
    const cells = [
      version,
      html`<span class="state">${state}</span>${rest.retrainingDue ? html` <span class="warning">to be retrained</span>` : ''}`,
      time(createdAt),
      trigger.kind === 'alert' ? `alert ${trigger.alert}` : trigger.kind,
      basedOn,
      figure(metrics.accuracy),
      figure(metrics.f1),
      figure(metrics.auc),
      figure(metrics.brier),
      link(`/models/${model}/versions/${version}/report`, 'report'),
    ];
    return { cells, kind: state };
  });
  return table(
    'Metrics are of the held-out documents on which each version was judged; those of different versions may differ.',
    [
      { title: 'version', kind: 'number' },
      { title: 'state', kind: 'tight' },
      { title: 'made', kind: 'tight' },
      { title: 'because of', kind: 'name' },
      { title: 'from version', kind: 'number' },
      { title: 'accuracy', kind: 'number' },
      { title: 'F1', kind: 'number' },
      { title: 'AUC', kind: 'number' },
      { title: 'Brier', kind: 'number' },
      { title: '' },
    ],
    rows,
  );
}

function decisionTable(controller: ControllerState | undefined): Html {
  const history = [...(controller?.history ?? [])].reverse();
  return table(
    'What the controller was told and what it made of it, newest first.',
    [
      { title: 'at', kind: 'tight' },
      { title: 'about', kind: 'name' },
      { title: 'decision', kind: 'tight' },
      { title: 'reason', kind: 'long' },
    ],
    history.map(({ at, what, decision, reason }) => ({ cells: [time(at), what, decision, reason] })),
  );
}

function ledgerTable(ledger: readonly LedgerEntry[]): Html {
  return table(
    'Every change of the registry, newest first; each entry is signed and holds the hash of the one before.',
    [
      { title: '#', kind: 'number' },
      { title: 'at', kind: 'tight' },
      { title: 'change', kind: 'tight' },
      { title: 'by', kind: 'name' },
      { title: 'reason', kind: 'long' },
    ],
    [...ledger].reverse().map((entry) => ({
      cells: [entry.sequence, time(entry.at), describeChange(entry), entry.actor, entry.reason],
    })),
  );
}

function describeChange({ change, result }: LedgerEntry): string {
  switch (change.kind) {
    case 'register':
      return `register version ${result.version?.version ?? '?'}`;
    case 'challenge': {
      const { mode, trafficFraction, others } = change.challenger;
      const named = `version${others ? 's' : ''} ${challengersOf(change).join(', ')}`;
      return mode === 'shadow'
        ? `${named} into the shadow`
        : `${named} to ${(trafficFraction * 100).toFixed(0)} %${others ? ' each' : ''}`;
    }
    case 'apply':
      return `spec ${result.spec?.revision ?? '?'} applied`;
    case 'promote':
    case 'withdraw':
    case 'rollback':
      return `${change.kind} version ${change.version}`;
    case 'mark-for-retraining':
      return `version ${change.versions.join(', ')} to be retrained`;
  }
}
