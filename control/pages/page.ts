// What all control pages share: frame, style, tables. Plain HTML; a page that shows what goes on reads itself again by a meta
// tag.
import { type Content, type Html, html } from './html.ts';

/** Often enough to watch a rollout, seldom enough to read in peace. */
const refreshSeconds = 10;

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent);
  --soft: color-mix(in srgb, currentColor 65%, transparent); --good: #1a7f37; --bad: #c2281d; --accent: #0b62c4; }
@media (prefers-color-scheme: dark) { :root { --good: #56d364; --bad: #ff8a80; --accent: #7db7ff; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 1rem; }
nav { margin-bottom: 1.5rem; } a { color: var(--accent); }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
p { max-width: 46rem; } .soft { color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-size: .94rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem; }
caption span { display: block; position: sticky; left: 0; max-width: min(46rem, calc(100vw - 2rem)); }
th { text-align: left; font-weight: 600; white-space: nowrap; }
th, td { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.tight, td.number { white-space: nowrap; } td.name { min-width: 9rem; overflow-wrap: anywhere; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.long { min-width: 17rem; overflow-wrap: anywhere; }
tr.champion td:first-child { font-weight: 600; }
.state { border: 1px solid currentColor; border-radius: 1rem; padding: 0 .55rem; font-size: .85rem; white-space: nowrap; }
.champion .state { color: var(--good); } .rolled-back .state { color: var(--bad); }
.scroll { overflow-x: auto; } .warning { border-left: 3px solid var(--bad); padding-left: .7rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .8rem; margin: 1rem 0; }
dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; font-size: 1.15rem; overflow-wrap: anywhere; }
figure { margin: 0 0 1rem; }
svg { width: 100%; height: auto; min-width: 34rem; max-width: 46rem; display: block; } svg text { fill: currentColor; font: 13px system-ui, sans-serif; }
`;

/**
 * @param title of the page, as text
 * @param options.refreshes false for a page that somebody works on
 */
export function page(
  title: string,
  body: Content,
  { refreshes = true }: { readonly refreshes?: boolean } = {},
): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title} · Coppice</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
${refreshes ? html`<meta http-equiv="refresh" content="${refreshSeconds}">` : undefined}<link rel="icon" href="data:,">
<style>${trusted(style)}</style></head>
<body><nav><a href="/">All models</a></nav><main><h1>${title}</h1>${body}</main></body></html>`.text;
}

/** Our own styles and scripts, where `>` and quotes must stay. */
export function trusted(text: string): Html {
  return html(Object.assign([text], { raw: [text] }));
}

export interface Column {
  readonly title: string;
  /** `number` stands to the right, `tight` is never broken, `name` and `long` get room and break anywhere. */
  readonly kind?: 'number' | 'tight' | 'name' | 'long';
}

export interface Row {
  readonly cells: readonly Content[];
  readonly kind?: string;
}

export function table(caption: string, columns: readonly Column[], rows: readonly Row[]): Html {
  const head = columns.map(({ title, kind = '' }) => html`<th scope="col" class="${kind}">${title}</th>`);
  const body = rows.map(({ cells, kind = '' }) => {
    const line = cells.map((cell, index) => html`<td class="${columns[index].kind ?? ''}">${cell}</td>`);
    return html`<tr class="${kind}">${line}</tr>`;
  });
  return html`<div class="scroll"><table><caption><span>${caption}</span></caption>
<thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** Terms and what they are, side by side. */
export function facts(pairs: readonly (readonly [term: string, fact: Content])[]): Html {
  return html`<dl>${pairs.map(([term, fact]) => html`<div><dt>${term}</dt><dd>${fact}</dd></div>`)}</dl>`;
}

export function link(href: string, label: string): Html {
  return html`<a href="${href}">${label}</a>`;
}

/** `2026-05-03T10:00:00.000Z` → `2026-05-03 10:00:00`. */
export function time(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`;
}

/** A metric to three places; a dash where a version has none of that name. */
export function figure(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(3);
}
