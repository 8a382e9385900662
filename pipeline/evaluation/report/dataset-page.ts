// The page of an evaluation on somebody's dataset: figures, how labels were confused, what went wrong.
import type { DatasetFigures } from '../dataset-figures.ts';
import { formatCount, formatShare } from '../format.ts';
import { answeringMetrics, classificationMetrics } from '../metric-table.ts';
import { cut, heading, numberHeading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import { estimateCell } from './metrics-section.ts';
import { documentOf } from './page.ts';
import { warningsBox } from './verdict-section.ts';

export interface DatasetReport {
  /** Who answered: a version, or an endpoint and its model. */
  readonly target: string;
  readonly runId: string;
  readonly createdAt: string;
  readonly examples: number;
  readonly figures: DatasetFigures;
}

const TEXT = 2_000;
/** A larger confusion matrix is not read as a table. */
const MOST_LABELS = 30;
const described: Readonly<
  Partial<Record<string, { readonly title: string; readonly meaning: string; readonly better: string }>>
> = {
  ...classificationMetrics,
  ...answeringMetrics,
};

/** @returns the whole HTML document */
export function renderDatasetPage({ target, examples, figures, ...run }: DatasetReport): string {
  const failed = Object.values(figures.unanswered).reduce((sum, count) => sum + count, 0);
  return documentOf(
    { model: target, ...run },
    html`<section><h1>${target} on ${formatCount(examples)} lines</h1>
${failed === 0 ? html`<p>Every line was answered.</p>` : unansweredTable(figures.unanswered, failed, examples)}</section>
${warningsBox({ warnings: figures.warnings ?? [] })}
${metricsTable(figures, examples - failed)}
${confusionTable(figures)}
${wrongSection(figures)}`,
  );
}

function unansweredTable(reasons: DatasetFigures['unanswered'], failed: number, examples: number): Markup {
  return html`<p>${formatCount(failed)} of them (${formatShare(failed / examples)}) have no answer. The figures are of the others.</p>
${table({
  caption: 'Why lines have no answer.',
  head: [heading('Reason'), numberHeading('Lines')],
  rows: Object.entries(reasons).map(
    ([reason, count]) =>
      html`<tr><th scope="row">${reason}</th><td class="number">${formatCount(count)}</td></tr>`,
  ),
})}`;
}

function metricsTable({ metrics, majority, signatures = {} }: DatasetFigures, answered: number): Markup {
  const rows = Object.entries(metrics).map(([name, estimate]) => {
    const { title = name, meaning = '', better = 'higher' } = described[name] ?? {};
    const signature = (signatures as Partial<typeof signatures>)[name];
    return html`<tr><th scope="row">${title}<small>${meaning}${better === 'lower' ? '; lower is better' : null}</small>${
      signature === undefined ? null : html`<small><code>${signature}</code></small>`
    }</th>${estimateCell(estimate)}${majority ? estimateCell(new Map(Object.entries(majority)).get(name)) : null}</tr>`;
  });
  if (rows.length === 0)
    return html`<section><h2>Metrics</h2><p>Too little was answered for any.</p></section>`;
  return html`<section><h2>Metrics</h2>${table({
    caption: `Of ${formatCount(answered)} answers, with 95 % bootstrap intervals.`,
    head: [heading('Metric'), numberHeading('Value'), ...(majority ? [numberHeading('Majority class')] : [])],
    rows,
  })}</section>`;
}

function confusionTable({ confusion }: DatasetFigures): Markup | null {
  if (confusion === undefined || confusion.labels.length > MOST_LABELS) return null;
  const { labels, counts } = confusion;
  return html`<section><h2>Confusion</h2>${table({
    caption: 'Lines by true label (rows) and answer (columns).',
    head: [heading('True label'), ...labels.map((label) => numberHeading(`answered ${label}`))],
    rows: counts.map(
      (row, truth) =>
        html`<tr><th scope="row">${labels[truth]}</th>${row.map((count) => html`<td class="number">${formatCount(count)}</td>`)}</tr>`,
    ),
  })}</section>`;
}

function wrongSection({ wrong }: DatasetFigures): Markup | null {
  if (wrong.length === 0) return null;
  return html`<section><h2>What was not as expected</h2>
<p>The first ${formatCount(wrong.length)}, in the order of the lines.</p>
${wrong.map(
  ({
    asked,
    expected,
    answered,
  }) => html`<details><summary>expected <strong>${cut(expected, 80).shown}</strong>, answered ${cut(answered, 80).shown}</summary>
<pre dir="auto">${cut(asked, TEXT).shown}</pre><p class="note">Expected</p><pre dir="auto">${cut(expected, TEXT).shown}</pre>
<p class="note">Answered</p><pre dir="auto">${cut(answered, TEXT).shown}</pre></details>`,
)}</section>`;
}
