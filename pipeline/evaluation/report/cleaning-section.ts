// The funnel of cleaning: documents and bytes by step and reason, and a few documents of each to look at.
import type { CleaningSample } from '../../../contracts/cleaning-sample.ts';
import type { FunnelRow } from '../../../contracts/stage-results.ts';
import { formatCount } from '../format.ts';
import type { DrawnPlot } from './drawing.ts';
import { figure, heading, numberHeading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import type { ReportOrigin } from './report.ts';

/** @returns nothing where there is no recipe */
export function cleaningSection(
  { cleaning, cleaningSamples = [] }: Pick<ReportOrigin, 'cleaning' | 'cleaningSamples'>,
  plot: DrawnPlot | null,
): Markup | null {
  if (cleaning.length === 0) return null;
  return html`<section><h2>How it was cleaned</h2>
${cleaningTable(cleaning)}
${figure(plot)}
${cleaning.map(({ step }, position) =>
  samplesOf(
    step,
    cleaningSamples.filter((it) => it.position === position),
  ),
)}</section>`;
}

function cleaningTable(funnel: readonly FunnelRow[]): Markup {
  const first = funnel[0];
  const last = funnel[funnel.length - 1];
  const left = last.kept + last.changed;
  return table({
    caption: `Of ${formatCount(first.in)} documents${inBytes(first.bytesIn)} ${formatCount(left)}${inBytes(last.bytesOut)} were kept. Bars are shares of all that came in.`,
    head: [
      heading('Step'),
      numberHeading('In'),
      heading('Left'),
      numberHeading('Changed'),
      numberHeading('Dropped'),
      numberHeading('Bytes left'),
      heading('Reasons'),
    ],
    rows: funnel.map(({ step, in: came, kept, changed, dropped, reasons, changes = {}, bytesOut }) => {
      const stays = kept + changed;
      const style = `--share: ${first.in === 0 ? 0 : Math.round((100 * stays) / first.in)}%`;
      const why = Object.entries({ ...reasons, ...changes }).map(
        ([reason, count]) => `${reason} (${formatCount(count)})`,
      );
      return html`<tr><th scope="row">${step}</th><td class="number">${formatCount(came)}</td>
<td class="share" style="${style}">${formatCount(stays)}</td><td class="number">${formatCount(changed)}</td>
<td class="number">${formatCount(dropped)}</td><td class="number">${bytesOut === undefined ? '–' : sizeText(bytesOut)}</td>
<td>${why.join(', ')}</td></tr>`;
    }),
  });
}

/** Documents stand there as text, whatever is in them. */
function samplesOf(step: string, samples: readonly CleaningSample[]): Markup | null {
  if (samples.length === 0) return null;
  return html`<details><summary>${step}: ${formatCount(samples.length)} to look at</summary>
${samples.map(
  ({ id, reason, before, after }) =>
    html`<p class="note"><code>${id}</code> ${
      reason === undefined ? 'was changed' : `was dropped: ${reason}`
    }</p>${before === undefined ? null : html`<pre dir="auto">${before}</pre>`}${after === undefined ? null : html`<p class="note">to</p><pre dir="auto">${after}</pre>`}`,
)}</details>`;
}

const inBytes = (bytes: number | undefined): string => (bytes === undefined ? '' : ` (${sizeText(bytes)})`);

function sizeText(bytes: number): string {
  if (bytes < 10_000) return `${formatCount(bytes)} B`;
  return bytes < 10_000_000
    ? `${formatCount(Math.round(bytes / 1e3))} kB`
    : `${formatCount(Math.round(bytes / 1e6))} MB`;
}
