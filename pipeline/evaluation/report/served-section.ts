// How fast and how large the candidate is as it will be served.
import { formatCount, formatNumber } from '../format.ts';
import type { ServedFigures } from '../served-figures.ts';
import { heading, numberHeading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';

/** Nothing where it was not measured. */
export function servedSection(
  { served }: { readonly served?: ServedFigures },
  what = 'held-out texts, one at a time, each answered once before',
): Markup | null {
  if (served === undefined) return null;
  const rows = [
    ['Latency, median', `${formatNumber(served.latencyP50Ms, 2)} ms`],
    ['Latency, 95th percentile', `${formatNumber(served.latencyP95Ms, 2)} ms`],
    ['Tokens per second', formatCount(served.tokensPerSecond)],
    ['Weights, configuration and tokenizer', `${formatCount(served.packageBytes)} bytes`],
  ] as const;
  return html`<section><h2>Speed and size</h2>${table({
    caption: `As it will be served: ${formatCount(served.texts)} ${what}.`,
    head: [heading('Figure'), numberHeading('Value')],
    rows: rows.map(
      ([name, value]) => html`<tr><th scope="row">${name}</th><td class="number">${value}</td></tr>`,
    ),
  })}<p class="note">Timed beside whatever else the evaluating machine did; cutting a text into tokens is not in it.</p></section>`;
}
