// The report of a language model: the verdict, its figures on documents that it did not see, what it learned from.
import { formatCount, formatNumber } from '../format.ts';
import type { AttentionMaps } from '../head-maps.ts';
import type { LanguageEvaluation } from '../language-evaluation.ts';
import type { Continuation, ScoredText } from '../language-samples.ts';
import type { WritingFigures } from '../writing-figures.ts';
import type { AnsweringReport } from './answering-section.ts';
import { answeringSection } from './answering-section.ts';
import { languageAttentionSection } from './attention-section.ts';
import { cleaningSection } from './cleaning-section.ts';
import { drawPlot } from './drawing.ts';
import { figure } from './elements.ts';
import { drawFunnelPlot } from './funnel-plot.ts';
import { html } from './html.ts';
import { hardestSection, languageMetricsSection } from './language-metrics-section.ts';
import { languagesTable } from './languages-table.ts';
import { leakageSection } from './leakage-section.ts';
import { learningPlot } from './learning-plot.ts';
import { learningTable } from './learning-table.ts';
import { documentOf } from './page.ts';
import { tokenizerTable } from './provenance-section.ts';
import type { ReportOrigin } from './report.ts';
import { continuationsSection, samplesSection } from './samples-section.ts';
import { drawSearchPlot } from './search-plot.ts';
import { searchSection } from './search-section.ts';
import { servedSection } from './served-section.ts';
import { drawSlicesPlot } from './slices-plot.ts';
import { slicesSection } from './slices-section.ts';
import { firstVersion, gatesSection, headline, warningsBox } from './verdict-section.ts';
import { writingSection } from './writing-section.ts';

export interface LanguageReport extends ReportOrigin, LanguageEvaluation {
  readonly format: 'coppice-language-report/1';
  readonly heldOutDocuments: number;
  /** Tokens from one window to the next; absent: windows do not overlap. */
  readonly stride?: number | undefined;
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
  const { verdict, lineage, environment, slices, answerSlices, answerLossSlices, metrics } = report;
  const search = searchSection(report, await drawSearchPlot(report.search));
  const curve = learningPlot(report.learning);
  const slicePlot = await drawSlicesPlot({ slices }, metrics.bitsPerByte?.value);
  const answerPlot = await drawSlicesPlot({ slices: answerSlices }, metrics.rougeL?.value);
  const lossPlot = await drawSlicesPlot({ slices: answerLossSlices }, metrics.answerLoss?.value);
  return documentOf(
    report,
    html`<div class="verdict ${verdict.passed ? 'passed' : 'failed'}">
<h1>${headline(report)}</h1>
<p>${summary(report)}</p>
</div>
${warningsBox(report)}
${gatesSection(report)}
${languageMetricsSection(report)}
${slicesSection({ slices }, slicePlot)}
${answeringSection(report)}
${slicesSection({ slices: answerSlices }, answerPlot, 'Slices of the answers')}
${slicesSection({ slices: answerLossSlices }, lossPlot, 'Slices by what answers cost')}
${hardestSection(report)}
${leakageSection(report)}
${servedSection(report, 'continuations of held-out beginnings, one at a time, each continued once before')}
${samplesSection(report.samples)}
${continuationsSection(report.continuations)}
${writingSection(report)}
${languageAttentionSection(report.attention)}
${search}
<section><h2>What it learned from</h2>
${figure(curve && (await drawPlot(curve)), 'A validation loss that rises while the training loss falls means overfitting.')}
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

function summary({ figures, champion, difference, verdict }: LanguageReport): string {
  const told = `Perplexity is ${formatNumber(figures.perplexity)} on ${formatCount(figures.documents)} held-out documents, which is ${formatNumber(figures.bitsPerByte)} bits for each byte of their text.`;
  if (champion === undefined) return `${told} ${firstVersion(verdict)}`;
  const theirs = formatNumber(champion.metrics.bitsPerByte?.value ?? Number.NaN);
  const interval = difference?.interval;
  if (!interval) return `${told} Those of “${champion.title}” are ${theirs}.`;
  const range = `the difference is ${formatNumber(interval.low)} to ${formatNumber(interval.high)}`;
  if (interval.high < 0)
    return `${told} Those of “${champion.title}” are ${theirs}, which is more: ${range}.`;
  if (interval.low > 0) return `${told} Those of “${champion.title}” are ${theirs}, which is less: ${range}.`;
  return `${told} Those of “${champion.title}” are ${theirs}; which is better these documents cannot tell: ${range}.`;
}
