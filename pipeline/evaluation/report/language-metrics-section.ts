// A language model's metrics with intervals, beside those of the version in service, and the documents that it found hardest.
import { formatCount, formatNumber } from '../format.ts';
import type { LanguageEvaluation } from '../language-evaluation.ts';
import { languageModelMetrics } from '../metric-table.ts';
import { heading, numberHeading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import { differenceCell, estimateCell } from './metrics-section.ts';

type Measured = Pick<
  LanguageEvaluation,
  'figures' | 'metrics' | 'champion' | 'difference' | 'hardest' | 'seed'
> & {
  /** Tokens from one window to the next; absent: windows do not overlap. */
  readonly stride?: number | undefined;
};

export function languageMetricsSection({
  figures,
  metrics,
  champion,
  difference,
  seed,
  stride,
}: Measured): Markup {
  const counted = `${formatCount(figures.tokens)} tokens, ${formatCount(figures.bytes)} bytes of ${formatCount(figures.documents)} documents`;
  const rows = Object.entries(languageModelMetrics).map(([key, { title, meaning, better }]) => {
    const name = key as keyof typeof languageModelMetrics;
    const isCompared = name === 'bitsPerByte' && difference !== undefined;
    return html`<tr><th scope="row">${title}<small>${meaning}${better === 'lower' ? '; lower is better' : null}</small></th>
${estimateCell(metrics[name])}${champion ? estimateCell(champion.metrics[name]) : null}
${champion ? (isCompared ? differenceCell(difference, 'lower') : estimateCell(undefined)) : null}</tr>`;
  });
  return html`<section><h2>Metrics</h2>
${table({
  caption: `On what was held out: ${counted}, with 95 % bootstrap intervals over documents (seed ${seed}).${champion ? ' The difference is candidate less champion, paired.' : ''}`,
  head: [
    heading('Metric'),
    numberHeading('Candidate'),
    ...(champion ? [numberHeading(champion.title), numberHeading('Difference')] : []),
  ],
  rows,
})}
<p class="note">Documents stand one after the other, and are read in windows of the whole context, ${stride === undefined ? 'which do not overlap (stride: the context)' : `each ${formatCount(stride)} tokens behind the one before (stride), of which it scores what those before it did not`}. Compare perplexities and token accuracies of one vocabulary only: versions compare by bits per byte. A tokenizer that
drops case, white space or unknown words leaves less to predict, and its bits per byte are the fewer.</p></section>`;
}

/** Where it is surprised most; the text is shown as text, whatever stands in it. */
export function hardestSection({ hardest }: Pick<Measured, 'hardest'>): Markup | null {
  if (hardest.length === 0) return null;
  return html`<section><h2>Hardest documents</h2>
<p>Held-out documents with the most bits per byte; short ones stand out, since nothing comes before their beginning.</p>
${table({
  caption: `The ${formatCount(hardest.length)} hardest.`,
  head: [heading('Document'), numberHeading('Bits per byte'), numberHeading('Tokens'), heading('Text')],
  rows: hardest.map(
    ({ id, bitsPerByte, tokens, excerpt }) => html`<tr><th scope="row"><code>${id}</code></th>
<td class="number">${formatNumber(bitsPerByte)}</td><td class="number">${formatCount(tokens)}</td><td><bdi>${excerpt}</bdi></td></tr>`,
  ),
})}</section>`;
}
