// How the candidate answers: curves, confusion matrix, calibration, and its worst errors with their text.
import { formatCount, formatNumber, formatShare } from '../format.ts';
import { cut, figure, heading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import { labelsTable } from './labels-table.ts';
import type { DrawnPlots } from './plots.ts';
import type { EvaluationReport } from './report.ts';

const EXCERPT = 110; // a line on a wide screen
const TEXT = 4_000; // the model saw less of it

/** Curves and confusion matrix. */
export function decisionSection(report: EvaluationReport, plots: DrawnPlots): Markup {
  return html`<section><h2>How it decides</h2><div class="columns">
<div>${confusionTable(report)}</div>
${figure(plots.threshold)}
${figure(plots.calibration, 'On the dashed line every stated probability is kept.')}
</div>
${labelsTable(report)}</section>`;
}

function confusionTable({ classes, confusion }: EvaluationReport): Markup {
  return table({
    caption:
      'Confusion matrix: documents by true label (rows) and answer (columns), with the share of the row.',
    head: [
      heading('True label'),
      ...classes.map(({ name }) => html`<th scope="col" class="cell">answered ${name}</th>`),
    ],
    rows: confusion.map((row, truth) => {
      const total = row.reduce((sum, count) => sum + count, 0);
      const cells = row.map((count, answer) => {
        const share = total === 0 ? 0 : count / total;
        const tone = truth === answer ? 'var(--candidate)' : 'var(--bad)';
        const style = `--tone: ${tone}; --share: ${Math.round(share * 55)}%`; // text stays readable on it
        return html`<td class="cell" style="${style}">${formatCount(count)}<small>${formatShare(share)}</small></td>`;
      });
      return html`<tr><th scope="row">${classes[truth].name}</th>${cells}</tr>`;
    }),
  });
}

/** The wrong answers it was surest of; the documents' text is shown as text, whatever stands in it. */
export function errorsSection({ errors, errorCount }: EvaluationReport): Markup {
  if (errorCount === 0) {
    return html`<section><h2>Worst errors</h2><p>None: every held-out document got its label.</p></section>`;
  }
  return html`<section><h2>Worst errors</h2>
<p>${formatCount(errorCount)} wrong answers; here are the ${formatCount(errors.length)} in which the true label was given the least probability.</p>
${errors.map(({ id, text, label, predicted, probability }) => {
  const { shown, left } = cut(text, TEXT);
  const excerpt = cut(text.replace(/\s+/g, ' ').trim(), EXCERPT);
  return html`<details><summary><strong>${label}</strong>, answered ${predicted} (${label} was given ${formatNumber(probability)})
<bdi class="excerpt">${excerpt.shown}${excerpt.left > 0 ? '…' : ''}</bdi></summary>
<p class="note"><code>${id}</code></p>
<pre dir="auto">${shown}</pre>
${left > 0 ? html`<p class="note">${formatCount(left)} more characters are not shown.</p>` : null}</details>`;
})}</section>`;
}
