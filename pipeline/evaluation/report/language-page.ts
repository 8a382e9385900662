// The report of a language model: the verdict, its figures on documents that it did not see, what it learned from.
import type { LanguageFigures } from '../../../contracts/training-job.ts';
import { formatCount, formatNumber } from '../format.ts';
import type { GateVerdict } from '../gates.ts';
import type { AttentionMaps } from '../head-maps.ts';
import type { Continuation, ScoredText } from '../language-samples.ts';
import { languageModelMetrics } from '../metric-table.ts';
import type { WritingFigures } from '../writing-figures.ts';
import type { AnsweringReport } from './answering-section.ts';
import { answeringSection } from './answering-section.ts';
import { languageAttentionSection } from './attention-section.ts';
import { cleaningSection } from './cleaning-section.ts';
import { heading, numberHeading, table } from './elements.ts';
import { drawFunnelPlot } from './funnel-plot.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import { languagesTable } from './languages-table.ts';
import { learningTable } from './learning-table.ts';
import { documentOf } from './page.ts';
import { tokenizerTable } from './provenance-section.ts';
import type { ReportOrigin } from './report.ts';
import { continuationsSection, samplesSection } from './samples-section.ts';
import { drawSearchPlot } from './search-plot.ts';
import { searchSection } from './search-section.ts';
import { gatesSection, headline } from './verdict-section.ts';
import { writingSection } from './writing-section.ts';

export interface LanguageReport extends ReportOrigin {
  readonly format: 'coppice-language-report/1';
  readonly verdict: GateVerdict;
  readonly figures: LanguageFigures;
  readonly heldOutDocuments: number;
  /** Of one that was taught to answer. */
  readonly answering?: AnsweringReport;
  readonly samples: readonly ScoredText[];
  readonly continuations: readonly Continuation[];
  /** What it looked at in the first samples. */
  readonly attention: readonly AttentionMaps[];
  /** What its texts are like. */
  readonly writing?: WritingFigures;
}

/** @returns the whole HTML document */
export async function renderLanguagePage(report: LanguageReport): Promise<string> {
  const { verdict, figures, lineage, environment } = report;
  const search = searchSection(report, await drawSearchPlot(report.search));
  return documentOf(
    report,
    html`<div class="verdict ${verdict.passed ? 'passed' : 'failed'}">
<h1>${headline(report)}</h1>
<p>Perplexity is ${formatNumber(figures.perplexity)} on ${formatCount(figures.documents)} held-out documents, which is
${formatNumber(figures.bitsPerByte)} bits for each byte of their text.</p>
</div>
${gatesSection(report)}
${figuresSection(figures)}
${answeringSection(report)}
${samplesSection(report.samples)}
${continuationsSection(report.continuations)}
${writingSection(report)}
${languageAttentionSection(report.attention)}
${search}
<section><h2>What it learned from</h2>
${learningTable(report.learning)}
${tokenizerTable(report)}
${languagesTable(report)}</section>
${cleaningSection(report, await drawFunnelPlot(report.cleaning))}
<section><h2>Where it comes from</h2>
<dl>${[...lineage.map(({ role, text }) => [role, text]), ...Object.entries(environment)].map(
      ([name, text]) => html`<dt>${name}</dt><dd><code>${text}</code></dd>`,
    )}</dl></section>`,
  );
}

function figuresSection(figures: LanguageFigures): Markup {
  const rows = Object.entries(languageModelMetrics).map(
    ([
      name,
      { title, meaning },
    ]) => html`<tr><th scope="row">${title}<small>${meaning}; lower is better</small></th>
<td class="number">${formatNumber(figures[name as keyof typeof languageModelMetrics])}</td></tr>`,
  );
  const counted = `${formatCount(figures.tokens)} tokens, ${formatCount(figures.bytes)} bytes`;
  return html`<section><h2>Metrics</h2>
${table({ caption: `On the held-out documents: ${counted}.`, head: [heading('Metric'), numberHeading('Value')], rows })}
<p class="note">Compare perplexities of one vocabulary only. A tokenizer that drops case, white space or unknown words leaves
less to predict, and its bits per byte are the fewer.</p></section>`;
}
