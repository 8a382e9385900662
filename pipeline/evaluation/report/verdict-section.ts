// The top of a report: the verdict in one sentence, what it means beside champion and baselines, warnings, gates.
import { formatCount, formatNumber } from '../format.ts';
import { describeGate } from '../gates.ts';
import { heading, numberHeading, passMark, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import { estimateCell } from './metrics-section.ts';
import type { EvaluationReport } from './report.ts';

/** Verdict and warnings. */
export function verdictSection(report: EvaluationReport): Markup {
  const { verdict, warnings } = report;
  return html`<div class="verdict ${verdict.passed ? 'passed' : 'failed'}">
<h1>${headline(report)}</h1>
<p>${summary(report)}</p>
</div>
${warningsBox({ warnings })}`;
}

/** Nothing without warnings. */
export function warningsBox({ warnings }: { readonly warnings: readonly string[] }): Markup | null {
  return warnings.length === 0
    ? null
    : html`<div class="warning" role="note" aria-label="Warnings">${warnings.map((warning) => html`<p>${warning}</p>`)}</div>`;
}

/** The gates with value, bound and reason. */
export function gatesSection({ verdict }: Pick<EvaluationReport, 'verdict'>): Markup {
  if (verdict.gates.length === 0) {
    return html`<section><h2>Gates</h2><p>The model file states no gates, so nothing could hold this version back.</p></section>`;
  }
  return html`<section><h2>Gates</h2>${table({
    caption:
      'Conditions that the model file sets before a version may be rolled out. The difference is candidate less champion, or less the best baseline, paired; intervals are of 95 %, or of what the gate says.',
    head: [
      heading('Gate'),
      heading('Judgement'),
      numberHeading('Value'),
      numberHeading('Bound'),
      numberHeading('Difference'),
      heading('Reason'),
    ],
    rows: verdict.gates.map(
      ({ gate, passed, value, interval, bound, difference, reason }) => html`<tr>
<th scope="row">${describeGate(gate)}</th>
<td>${passMark(passed)}</td>
${estimateCell({ value, interval })}
<td class="number">${bound === null ? '–' : formatNumber(bound)}</td>
${estimateCell(difference)}
<td class="reason">${reason}</td></tr>`,
    ),
  })}</section>`;
}

/** The verdict in a sentence. */
export function headline({ model, verdict }: Pick<EvaluationReport, 'model' | 'verdict'>): string {
  const total = verdict.gates.length;
  const failed = verdict.gates.filter(({ passed }) => !passed).length;
  if (total === 0) return `${model}: accepted, without gates`;
  if (failed > 0) return `${model}: rejected, ${failed} of ${total} ${total === 1 ? 'gate' : 'gates'} failed`;
  return `${model}: accepted, ${total === 1 ? 'its gate is' : `all ${total} gates are`} passed`;
}

/** Accuracy and what it is worth, in a few sentences. */
function summary({ systems, classes, difference, verdict }: EvaluationReport): string {
  const accuracyOf = (kind: string): number =>
    systems.find((system) => system.kind === kind)?.metrics.accuracy?.value ?? Number.NaN;
  const documents = classes.reduce((sum, { holdout }) => sum + holdout, 0);
  const candidate = accuracyOf('candidate');
  const sentences = [
    `Accuracy is ${formatNumber(candidate)} on ${formatCount(documents)} held-out documents.`,
  ];
  const champion = systems.find(({ kind }) => kind === 'champion');
  if (champion !== undefined)
    sentences.push(againstChampion(champion.title, difference?.accuracy?.interval ?? null));
  else sentences.push(firstVersion(verdict));
  const baselines = [
    `always answering the most frequent label would score ${formatNumber(accuracyOf('majority'))}`,
    ...(Number.isNaN(accuracyOf('tfidf'))
      ? []
      : [`a tf-idf logistic regression trained on the same documents ${formatNumber(accuracyOf('tfidf'))}`]),
  ];
  sentences.push(`For scale: ${baselines.join(', ')}.`);
  return sentences.join(' ');
}

/** Gates that compare with a champion had none, and so judged nothing. */
export function firstVersion({ gates }: EvaluationReport['verdict']): string {
  const idle = gates.filter(({ gate }) => gate.kind === 'no-worse-than-champion').length;
  const nothing = idle === 0 ? '' : `; ${idle} of ${gates.length} gates compare with one, and judged nothing`;
  return `No version is in service yet to compare with${nothing}.`;
}

function againstChampion(title: string, interval: { low: number; high: number } | null): string {
  if (interval === null) return `Against “${title}” no interval can be told.`;
  const { low, high } = interval;
  if (low > 0)
    return `That is more than that of “${title}”, by ${formatNumber(low)} to ${formatNumber(high)}.`;
  if (high < 0)
    return `That is less than that of “${title}”, by ${formatNumber(-high)} to ${formatNumber(-low)}.`;
  return `Whether that is better than “${title}” these documents cannot tell: the difference is ${formatNumber(low)} to ${formatNumber(high)}.`;
}
