// How the candidate fares slice by slice: by language, length, source and label.
import { formatCount, formatInterval, formatNumber } from '../format.ts';
import type { SliceFigure } from '../slice-figures.ts';
import { ENOUGH_DOCUMENTS, nameWorst } from '../slice-figures.ts';
import { figure, heading, numberHeading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import type { DrawnPlots } from './plots.ts';
import type { EvaluationReport } from './report.ts';
import { shownSlices } from './shown-slices.ts';

/** Nothing where the documents make no slices. */
export function slicesSection(
  report: EvaluationReport,
  { slices: plot }: Pick<DrawnPlots, 'slices'>,
): Markup | null {
  const shown = shownSlices(report);
  if (shown.length === 0) return null;
  const champion = shown.some((slice) => slice.champion !== undefined);
  const worst = nameWorst(report.slices);
  const confidence = shown.at(0)?.interval?.confidence ?? 0.95;
  return html`<section><h2>Slices</h2>
<p>${
    worst.length === 0
      ? 'No slice is surely worse than all documents together.'
      : `Surely worse than all documents together: ${worst.join('; ')}.`
  }</p>
${figure(plot, 'Bars are Wilson’s intervals; the dashed line is the accuracy on all documents.')}
${table({
  caption: `Accuracy by slice, with Wilson’s intervals of ${Math.round(confidence * 100)} %; within a label it is the recall of that label.`,
  head: [
    heading('Slice'),
    numberHeading('Documents'),
    numberHeading('Accuracy'),
    ...(champion ? [numberHeading('Champion')] : []),
    heading('Beside the whole'),
  ],
  rows: shown.map(
    (slice) => html`<tr><th scope="row">${slice.by}<small><bdi>${slice.name}</bdi></small></th>
<td class="number">${formatCount(slice.documents)}</td>
<td class="number">${formatNumber(slice.accuracy)}${slice.interval === null ? null : html`<small>${formatInterval(slice.interval)}</small>`}</td>
${champion ? html`<td class="number">${formatNumber(slice.champion ?? Number.NaN)}</td>` : null}
<td>${judgement(slice)}</td></tr>`,
  ),
})}
<p class="note">A slice is surely worse where a score test says so at 0.05 after Holm’s correction over all slices; those of under
${ENOUGH_DOCUMENTS} documents are not tested. Slices by length are quartiles.</p></section>`;
}

function judgement({ documents, surelyWorse }: SliceFigure): Markup | string {
  if (surelyWorse) return html`<span class="worse">worse</span>`;
  return documents < ENOUGH_DOCUMENTS ? 'too few to tell' : 'not told apart';
}
