// The control pages: which models there are, who serves, what was decided and why. Plain HTML, no script.
import type { ModelSummary, VersionSummary } from '../contracts/control-api.ts';
import type { ControllerState } from '../contracts/messages.ts';
import { formatVersion, type LedgerEntry, type RoutingDocument } from '../contracts/registry.ts';

/** Text that is safe inside an element or a quoted attribute. */
function escape(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
.champion { font-weight: 600; }
.number { font-variant-numeric: tabular-nums; }
div.scroll { overflow-x: auto; }
`;

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head>
<body><nav><a href="/">models</a></nav><h1>${escape(title)}</h1>${body}</body></html>`;
}

interface Cell {
  readonly html: string;
}
const text = (value: string | number | undefined): Cell => ({ html: escape(String(value ?? '')) });
const link = (href: string, label: string): Cell => ({
  html: `<a href="${escape(href)}">${escape(label)}</a>`,
});

function table(caption: string, headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const head = headings.map((heading) => `<th scope="col">${escape(heading)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(({ html }) => `<td>${html}</td>`).join('')}</tr>`).join('');
  return `<div class="scroll"><table><caption>${escape(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** All models, with who serves them. */
export function renderModelsPage(models: readonly ModelSummary[]): string {
  const rows = models.map(({ model, routing, versions }) => [
    link(`/models/${model}`, model),
    text(routing?.champion),
    text(describeChallenger(routing)),
    text(versions.length),
  ]);
  const empty = '<p>No model yet: <code>npx coppice run your.model.ts</code> makes the first version.</p>';
  return page(
    'Models',
    rows.length === 0 ? empty : table('In service', ['model', 'champion', 'challenger', 'versions'], rows),
  );
}

export interface ModelPage {
  readonly summary: ModelSummary;
  readonly controller: ControllerState | undefined;
  readonly ledger: readonly LedgerEntry[];
  readonly links: { readonly temporalUi: string; readonly namespace: string; readonly prometheus: string };
}

/** One model: versions, what is open, decisions, ledger. */
export function renderModelPage({ summary, controller, ledger, links }: ModelPage): string {
  const { model, routing, versions } = summary;
  const open = [controller?.run, controller?.rollout].flatMap((work) => work ?? []);
  const workflow = (id: string) =>
    `${links.temporalUi}/namespaces/${links.namespace}/workflows/${encodeURIComponent(id)}`;
  const sections = [
    `<p>Generation ${routing?.generation ?? 0}; champion ${routing?.champion ?? 'none'}; challenger ${escape(describeChallenger(routing))}.
     <a href="${escape(`${links.temporalUi}/namespaces/${links.namespace}/workflows?query=${encodeURIComponent(`CoppiceModel="${model}"`)}`)}">workflows</a>,
     <a href="${escape(links.prometheus)}">Prometheus</a></p>`,
    ...open.map(({ workflowId }) => `<p>Open: ${link(workflow(workflowId), workflowId).html}</p>`),
    table(
      'Versions',
      ['version', 'state', 'made', 'because of', 'accuracy', 'F1', 'AUC', ''],
      versions.map(versionRow),
    ),
    table(
      'Decisions of the controller',
      ['at', 'about', 'decision', 'reason'],
      [...(controller?.history ?? [])]
        .reverse()
        .map(({ at, what, decision, reason }) => [at, what, decision, reason].map(text)),
    ),
    table(
      'Ledger',
      ['sequence', 'at', 'change', 'by', 'reason'],
      [...ledger]
        .reverse()
        .map((entry) =>
          [entry.sequence, entry.at, describeChange(entry), entry.actor, entry.reason].map(text),
        ),
    ),
  ];
  return page(model, sections.join('\n'));
}

function versionRow({ model, version, state, createdAt, trigger, metrics }: VersionSummary): Cell[] {
  const number = (value: number | undefined) => text(value?.toFixed(3));
  return [
    { html: `<span class="${state}">${escape(formatVersion(model, version))}</span>` },
    text(state),
    text(createdAt),
    text(trigger.kind === 'alert' ? `alert ${trigger.alert}` : trigger.kind),
    number(metrics.accuracy),
    number(metrics.f1),
    number(metrics.auc),
    link(`/models/${model}/versions/${version}/report`, 'report'),
  ];
}

function describeChallenger(routing: RoutingDocument | undefined): string {
  const challenger = routing?.challenger;
  if (!challenger) return 'none';
  return `${challenger.version} (${challenger.mode}, ${(challenger.trafficFraction * 100).toFixed(0)} %)`;
}

function describeChange({ change, result }: LedgerEntry): string {
  switch (change.kind) {
    case 'register':
      return `register version ${result.version?.version ?? '?'}`;
    case 'challenge': {
      const { version, mode, trafficFraction } = change.challenger;
      return `version ${version} to ${mode} at ${trafficFraction * 100} %`;
    }
    case 'promote':
    case 'withdraw':
    case 'rollback':
      return `${change.kind} version ${change.version}`;
  }
}
