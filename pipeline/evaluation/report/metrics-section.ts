// Every metric of the candidate with its interval, beside the champion's, the difference, and the baselines'.
import type { MeasuredSystem } from '../classifier-evaluation.ts';
import { formatCount, formatNumber } from '../format.ts';
import type { ClassificationMetric, MetricEstimate } from '../metric-table.ts';
import { classificationMetrics, metricNames } from '../metric-table.ts';
import { figure, heading, numberHeading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import type { DrawnPlots } from './plots.ts';
import type { EvaluationReport } from './report.ts';

/** The plots that compare the systems, and the table of all metrics. */
export function metricsSection(report: EvaluationReport, plots: DrawnPlots): Markup {
  const { systems, difference, seed } = report;
  const titles = systems.flatMap(({ kind, title }) =>
    kind === 'champion' && difference ? [title, 'Difference'] : [title],
  );
  const confidence = systems.at(0)?.metrics.accuracy?.interval?.confidence ?? 0.95;
  return html`<section><h2>Metrics</h2>
<div class="columns">
${figure(plots.comparison, 'Points are the values, bars their bootstrap intervals.')}
${figure(plots.roc)}
${figure(plots.precisionRecall)}
</div>
${table({
  caption: `Values on the held-out documents, with ${Math.round(confidence * 100)} % bootstrap intervals (seed ${seed}).${difference ? ' The difference is candidate less champion, paired.' : ''}`,
  head: [heading('Metric'), ...titles.map(numberHeading)],
  rows: metricNames.map((metric) => metricRow(metric, systems, difference?.[metric])),
})}
${significanceNote(report)}
<p class="note">${thresholdNote(report)}</p></section>`;
}

/** McNemar's test, in words; nothing without a champion. */
function significanceNote({ mcNemar }: EvaluationReport): Markup | null {
  if (mcNemar === undefined) return null;
  const { onlyFirst, onlySecond, pValue, method } = mcNemar;
  const p = pValue < 0.001 ? 'below 0.001' : formatNumber(pValue);
  return html`<p>The candidate alone got ${formatCount(onlyFirst)} documents right, the champion alone ${formatCount(onlySecond)}.
Were both right equally often, counts as unequal as these would have a probability of ${p} (McNemar’s test, ${
    method === 'exact' ? 'exact' : 'χ² with a continuity correction'
  }).</p>`;
}

function metricRow(
  metric: ClassificationMetric,
  systems: readonly MeasuredSystem[],
  difference: MetricEstimate | undefined,
): Markup {
  const { title, better, meaning } = classificationMetrics[metric];
  const cells = systems.flatMap(({ kind, metrics }) => {
    const cell = estimateCell(metrics[metric]);
    return kind === 'champion' && difference ? [cell, differenceCell(difference, better)] : [cell];
  });
  return html`<tr><th scope="row">${title}<small>${meaning}${better === 'lower' ? '; lower is better' : null}</small></th>${cells}</tr>`;
}

export function estimateCell(estimate: MetricEstimate | undefined): Markup {
  if (estimate === undefined || Number.isNaN(estimate.value)) return html`<td class="number">–</td>`;
  return html`<td class="number">${formatNumber(estimate.value)}${range(estimate)}</td>`;
}

/** The sign is coloured only where the interval leaves 0 on one side. */
export function differenceCell(estimate: MetricEstimate, better: 'higher' | 'lower'): Markup {
  const { value, interval } = estimate;
  if (Number.isNaN(value)) return html`<td class="number">–</td>`;
  const sign = interval !== null && interval.low > 0 ? 1 : interval !== null && interval.high < 0 ? -1 : 0;
  const kind = sign === 0 ? '' : sign > 0 === (better === 'higher') ? 'better' : 'worse';
  const text = `${value > 0 ? '+' : ''}${formatNumber(value)}`;
  return html`<td class="number"><span class="${kind}">${text}${kind === '' ? '' : ` ${kind}`}</span>${range(estimate)}</td>`;
}

function range({ interval }: MetricEstimate): Markup | null {
  return interval === null
    ? null
    : html`<small>${formatNumber(interval.low)} to ${formatNumber(interval.high)}</small>`;
}

function thresholdNote({ classes, thresholdChoice, positiveLabel, threshold }: EvaluationReport): string {
  if (classes.length > 2) {
    return 'The most probable label is the answer. Precision, recall, F1 and AUC are means over the labels.';
  }
  if (thresholdChoice === null)
    return `A document is “${positiveLabel}” where its probability is at least 0.5.`;
  return (
    `A document is “${positiveLabel}” where its probability is at least ${formatNumber(threshold)}. That threshold, and ` +
    'the one of the tf-idf baseline, was chosen on these same documents, so both flatter a little.'
  );
}
