// How the candidate fares slice by slice: by language, length, source and label.
import { formatCount, formatNumber } from '../format.ts';
import { gateDescriptions } from '../metric-table.ts';
import type { SliceEstimate, SliceFigure } from '../slice-figures.ts';
import { ENOUGH_DOCUMENTS, inSentence, nameWorst } from '../slice-figures.ts';
import type { DrawnPlot } from './drawing.ts';
import { figure, heading, numberHeading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import type { SlicedReport } from './shown-slices.ts';
import { shownSlices } from './shown-slices.ts';

/** Nothing where the documents make no slices. */
export function slicesSection(report: SlicedReport, plot: DrawnPlot | null, title = 'Slices'): Markup | null {
  const shown = shownSlices(report);
  if (shown.length === 0) return null;
  const [{ metric, others }] = shown;
  const isShare = metric === 'accuracy';
  const intervals = isShare ? 'Wilson’s intervals' : 'bootstrap intervals';
  const worst = nameWorst(report.slices);
  const confidence = shown.find(({ interval }) => interval !== null)?.interval?.confidence ?? 0.95;
  return html`<section><h2>${title}</h2>
<p>${
    worst.length === 0
      ? 'No slice is surely worse than all documents together.'
      : `Surely worse than all documents together: ${worst.join('; ')}.`
  }</p>
${figure(plot, `Bars are ${intervals}; the dashed line is the ${inSentence(metric)} on all documents.`)}
${table({
  caption: `Slice by slice, ${inSentence(metric)} with ${intervals} of ${Math.round(confidence * 100)} %${isShare ? '; within a label it is the recall of that label' : ''}.`,
  head: [
    heading('Slice'),
    numberHeading('Documents'),
    ...[{ metric, champion: shown[0].champion }, ...others].map((of) => numberHeading(titleOf(of))),
    heading('Beside the whole'),
  ],
  rows: shown.map(
    (slice) => html`<tr><th scope="row">${slice.by}<small><bdi>${slice.name}</bdi></small></th>
<td class="number">${formatCount(slice.documents)}</td>
${[slice, ...slice.others].map(estimateCell)}
<td>${judgement(slice)}</td></tr>`,
  ),
})}
<p class="note">A slice is surely worse where ${isShare ? 'a score test' : 'a test by its interval'} says so at 0.05 after Holm’s correction over all slices; those of under
${ENOUGH_DOCUMENTS} documents are not tested. Slices by length are quartiles.</p></section>`;
}

function titleOf({ metric, champion }: Pick<SliceEstimate, 'metric' | 'champion'>): string {
  const { title, better } = gateDescriptions[metric];
  return `${title}${better === 'lower' ? ', lower is better' : ''}${champion === undefined ? '' : ', and the champion’s'}`;
}

function estimateCell({ value, interval, champion }: SliceEstimate): Markup {
  if (Number.isNaN(value)) return html`<td class="number">–</td>`;
  return html`<td class="number">${formatNumber(value)}${champion === undefined ? null : ` · ${formatNumber(champion)}`}${interval === null ? null : html`<small>${formatNumber(interval.low)} to ${formatNumber(interval.high)}</small>`}</td>`;
}

function judgement({ documents, surelyWorse }: SliceFigure): Markup | string {
  if (surelyWorse) return html`<span class="worse">worse</span>`;
  return documents < ENOUGH_DOCUMENTS ? 'too few to tell' : 'not told apart';
}
