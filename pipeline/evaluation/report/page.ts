// The page of a report, from the verdict down. It loads nothing and runs nothing: a content security policy says so too.
import { decisionSection, errorsSection } from './answers-section.ts';
import { attentionSection } from './attention-section.ts';
import { cleaningSection } from './cleaning-section.ts';
import { html, Markup } from './html.ts';
import { labelVotersSection } from './label-voters-section.ts';
import { leakageSection } from './leakage-section.ts';
import { metricsSection } from './metrics-section.ts';
import type { DrawnPlots } from './plots.ts';
import { learningSection, provenanceSection } from './provenance-section.ts';
import type { EvaluationReport } from './report.ts';
import { searchSection } from './search-section.ts';
import { servedSection } from './served-section.ts';
import { slicesSection } from './slices-section.ts';
import { STYLE } from './style.ts';
import { gatesSection, verdictSection } from './verdict-section.ts';

/** @returns the whole HTML document */
export function renderPage(report: EvaluationReport, plots: DrawnPlots): string {
  return documentOf(
    report,
    html`${verdictSection(report)}
${gatesSection(report)}
${metricsSection(report, plots)}
${slicesSection(report, plots.slices)}
${decisionSection(report, plots)}
${errorsSection(report)}
${leakageSection(report)}
${servedSection(report)}
${attentionSection(report)}
${searchSection(report, plots.search)}
${learningSection(report, plots)}
${labelVotersSection(report)}
${cleaningSection(report, plots.funnel)}
${provenanceSection(report)}`,
  );
}

/** What every report has around its sections. @param report without a verdict where nothing is judged */
export function documentOf(
  {
    model,
    runId,
    createdAt,
    verdict,
  }: Pick<EvaluationReport, 'model' | 'runId' | 'createdAt'> & Partial<Pick<EvaluationReport, 'verdict'>>,
  sections: Markup,
): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<title>${model}${verdict === undefined ? '' : `: ${verdict.passed ? 'accepted' : 'rejected'}`} (evaluation report)</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
<p class="kicker">Evaluation of <code>${runId}</code>, ${createdAt.slice(0, 16).replace('T', ' ')} UTC</p>
${sections}
</main>
</body>
</html>
`;
  return page.toString();
}
