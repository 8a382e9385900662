// The learning curve of a language model as numbers.
import type { CurvePoint } from '../../../contracts/training-job.ts';
import { formatCount, formatNumber } from '../format.ts';
import { numberHeading, table } from './elements.ts';
import { fitNote } from './fit-note.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';

/** The points at which it was validated. */
export function learningTable(curve: readonly CurvePoint[]): Markup {
  const cell = (loss: number | undefined): Markup =>
    html`<td class="number">${loss === undefined ? '–' : formatNumber(loss)}</td>`;
  return html`${table({
    caption:
      'Loss by step, in nats. A validation loss that rises while the training loss falls means overfitting.',
    head: [numberHeading('Step'), numberHeading('Training'), numberHeading('Validation')],
    rows: curve
      .filter(({ validationLoss }, index) => validationLoss !== undefined || index === 0)
      .map(
        ({
          step,
          trainingLoss,
          validationLoss,
          kept,
        }) => html`<tr><th scope="row" class="number">${formatCount(step)}${kept ? ' (kept)' : ''}</th>
${cell(trainingLoss)}${cell(validationLoss)}</tr>`,
      ),
  })}${fitNote(curve)}`;
}
