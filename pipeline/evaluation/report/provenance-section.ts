// Where the candidate comes from: documents and labels, tokenizer, training, lineage, environment.
import { formatCount, formatNumber } from '../format.ts';
import { figure, heading, numberHeading, table } from './elements.ts';
import { fitNote } from './fit-note.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import { languagesTable } from './languages-table.ts';
import type { DrawnPlots } from './plots.ts';
import type { EvaluationReport } from './report.ts';

/** What it learned from, and how the loss fell. */
export function learningSection(
  report: EvaluationReport,
  { pretraining, learning }: Pick<DrawnPlots, 'pretraining' | 'learning'>,
): Markup {
  return html`<section><h2>What it learned from</h2><div class="columns">
<div>${classTable(report)}${tokenizerTable(report)}</div>
${figure(pretraining, 'Where it was stopped early, the ring is the step whose weights the next phase began with.')}
${figure(learning, 'A validation loss that rises while the training loss falls means overfitting.')}
</div>
${fitNote(report.pretraining ?? [], 'Pretraining')}
${fitNote(report.learning, report.pretraining === undefined ? undefined : 'Fine-tuning')}
${languagesTable(report)}</section>`;
}

/** Lineage, environment and seed. */
export function provenanceSection(report: EvaluationReport): Markup {
  const { lineage, environment, seed, runId, createdAt } = report;
  return html`<section><h2>Where it comes from</h2>
<dl>${lineage.map(({ role, text, href }) => html`<dt>${role}</dt><dd>${linked(text, href)}</dd>`)}</dl>
<dl><dt>run</dt><dd><code>${runId}</code></dd>
<dt>evaluated</dt><dd>${createdAt}</dd>
<dt>bootstrap seed</dt><dd>${seed}</dd>
${Object.entries(environment).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>`;
}

/** A link only where the address cannot be a script. */
function linked(text: string, href: string | undefined): Markup {
  const isAddress = href !== undefined && /^(https?:\/\/|\.{0,2}\/(?!\/)|#)/i.test(href);
  return isAddress ? html`<a href="${href}"><code>${text}</code></a>` : html`<code>${text}</code>`;
}

function classTable({ classes }: EvaluationReport): Markup {
  return table({
    caption: 'Labelled documents.',
    head: [heading('Label'), numberHeading('Trained on'), numberHeading('Held out')],
    rows: classes.map(
      ({ name, training, holdout }) => html`<tr><th scope="row">${name}</th>
<td class="number">${formatCount(training)}</td><td class="number">${formatCount(holdout)}</td></tr>`,
    ),
  });
}

export function tokenizerTable({ tokenizer }: Pick<EvaluationReport, 'tokenizer'>): Markup {
  const rows = [
    ['vocabulary size', tokenizer.vocabularySize] as const,
    ...Object.entries(tokenizer.statistics),
  ];
  return table({
    caption: 'Tokenizer.',
    head: [heading('Figure'), numberHeading('Value')],
    rows: rows.map(
      ([name, value]) => html`<tr><th scope="row">${inWords(name)}</th>
<td class="number">${Number.isInteger(value) ? formatCount(value) : formatNumber(value)}</td></tr>`,
    ),
  });
}

/** @returns `tokensPerWord` as `tokens per word` */
function inWords(name: string): string {
  return name.replace(/([a-z])([A-Z0-9])/g, '$1 $2').toLowerCase();
}
