// The report of a model that finds entities, from the verdict down: figures, labels, confusions, errors in their text.

import type { CurvePoint } from '../../../contracts/training-job.ts';
import type { EntityEvaluation } from '../entity-evaluation.ts';
import { formatCount, formatNumber } from '../format.ts';
import type { MetricEstimate } from '../metric-table.ts';
import { entityDescriptions } from '../metric-table.ts';
import { cleaningSection } from './cleaning-section.ts';
import { figure, heading, numberHeading, table } from './elements.ts';
import { confusionSection, entityErrorsSection } from './entity-sections.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import { languagesTable } from './languages-table.ts';
import { leakageSection } from './leakage-section.ts';
import { learningTable } from './learning-table.ts';
import { documentOf } from './page.ts';
import type { DrawnPlots } from './plots.ts';
import { tokenizerTable } from './provenance-section.ts';
import type { ReportOrigin } from './report.ts';
import { searchSection } from './search-section.ts';
import { servedSection } from './served-section.ts';
import { slicesSection } from './slices-section.ts';
import { gatesSection, headline, warningsBox } from './verdict-section.ts';

export interface EntityReport extends EntityEvaluation, ReportOrigin {
  readonly format: 'coppice-entity-report/1';
  /** The losses of pretraining, where there was any; `learning` is the phase after it. */
  readonly pretraining?: readonly CurvePoint[];
}

/** @returns the whole HTML document */
export function renderEntityPage(
  report: EntityReport,
  { search, funnel, learning, slices }: Pick<DrawnPlots, 'search' | 'funnel' | 'learning' | 'slices'>,
): string {
  const { verdict, lineage, environment } = report;
  return documentOf(
    report,
    html`<div class="verdict ${verdict.passed ? 'passed' : 'failed'}">
<h1>${headline(report)}</h1>
<p>${summary(report)}</p>
</div>
${warningsBox(report)}
${gatesSection(report)}
${metricsSection(report)}
${slicesSection(report, slices)}
${labelsSection(report)}
${confusionSection(report)}
${entityErrorsSection(report)}
${leakageSection(report)}
${servedSection(report)}
${searchSection(report, search)}
<section><h2>What it learned from</h2>
${
  report.pretraining === undefined
    ? null
    : html`<h3>Pretraining</h3>${learningTable(report.pretraining)}<h3>Fine-tuning</h3>`
}
${figure(learning, 'A validation loss that rises while the training loss falls means overfitting.')}
${learningTable(report.learning)}
${tokenizerTable(report)}
${languagesTable(report)}</section>
${cleaningSection(report, funnel)}
<section><h2>Where it comes from</h2>
<dl>${[...lineage.map(({ role, text }) => [role, text]), ...Object.entries(environment)].map(
      ([name, text]) => html`<dt>${name}</dt><dd><code>${text}</code></dd>`,
    )}</dl></section>`,
  );
}

function summary({ systems, heldOut }: EntityReport): string {
  const f1 = (kind: string): string =>
    formatNumber(systems.find((system) => system.kind === kind)?.metrics.entityF1?.value ?? Number.NaN);
  return (
    `F1 is ${f1('candidate')} on the entities of ${formatCount(heldOut.documents)} held-out documents, each right only word ` +
    `for word. For scale: giving every word the tag that it had most often would score ${f1('frequent')}.`
  );
}

function metricsSection({ systems, seed, heldOut }: EntityReport): Markup {
  const rows = Object.entries(entityDescriptions).map(([name, { title, meaning }]) => {
    const cells = systems.map(({ metrics }) =>
      estimateCell(metrics[name as keyof typeof entityDescriptions]),
    );
    return html`<tr><th scope="row">${title}<small>${meaning}</small></th>${cells}</tr>`;
  });
  return html`<section><h2>Metrics</h2>
${table({
  caption: `Values on ${formatCount(heldOut.words)} words of the held-out documents, with 95 % bootstrap intervals over documents (seed ${seed}).`,
  head: [heading('Metric'), ...systems.map(({ title }) => numberHeading(title))],
  rows,
})}</section>`;
}

function estimateCell(estimate: MetricEstimate | undefined): Markup {
  if (estimate === undefined) return html`<td class="number">–</td>`;
  const { value, interval } = estimate;
  const range =
    interval && html`<small>${formatNumber(interval.low)} to ${formatNumber(interval.high)}</small>`;
  return html`<td class="number">${formatNumber(value)}${range}</td>`;
}

function labelsSection({ labels }: EntityReport): Markup {
  return html`<section><h2>Labels</h2>
${table({
  caption: 'Entities by label; trained on: as many as the documents to learn from have of it.',
  head: [
    heading('Label'),
    ...['Precision', 'Recall', 'F1', 'Trained on', 'Held out', 'Answered', 'Both'].map(numberHeading),
  ],
  rows: labels.map(
    ({
      label,
      precision,
      recall,
      f1,
      trained,
      labelled,
      answered,
      found,
    }) => html`<tr><th scope="row">${label}</th>
${[precision, recall, f1].map((value) => html`<td class="number">${formatNumber(value)}</td>`)}
${[trained, labelled, answered, found].map((count) => html`<td class="number">${formatCount(count)}</td>`)}</tr>`,
  ),
})}</section>`;
}
