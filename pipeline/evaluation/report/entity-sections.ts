// How a model that finds entities errs: what it takes for what, and the errors it was surest of, drawn in their text.

import type { EntityError, MarkedPiece } from '../entity-errors.ts';
import type { EntityEvaluation } from '../entity-evaluation.ts';
import { formatCount, formatNumber } from '../format.ts';
import { heading, numberHeading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';

/** Labelled entities by what was answered in their place. */
export function confusionSection({ confusion }: Pick<EntityEvaluation, 'confusion'>): Markup {
  const { labels, labelled, spurious } = confusion;
  const cell = (count: number): Markup => html`<td class="number">${formatCount(count)}</td>`;
  const rows = labelled.map(
    (counts, index) => html`<tr><th scope="row">${labels[index]}</th>${counts.map(cell)}</tr>`,
  );
  return html`<section><h2>What it takes for what</h2>
${table({
  caption:
    'Labelled entities (rows) by what was answered for the very same words, for others that overlap, or not at all; last, what was answered where nothing is labelled.',
  head: [
    heading('Labelled'),
    ...labels.map((label) => numberHeading(`answered ${label}`)),
    numberHeading('other words'),
    numberHeading('nothing'),
  ],
  rows: [...rows, html`<tr><th scope="row">nothing</th>${spurious.map(cell)}<td></td><td></td></tr>`],
})}</section>`;
}

/** Documents' text is shown as text, whatever stands in it. */
export function entityErrorsSection({
  errors,
  errorCount,
}: Pick<EntityEvaluation, 'errors' | 'errorCount'>): Markup {
  if (errorCount === 0)
    return html`<section><h2>Worst errors</h2><p>None: every entity was found, and no other.</p></section>`;
  return html`<section><h2>Worst errors</h2>
<p>${formatCount(errorCount)} errors; here are the ${formatCount(errors.length)} that it was surest of.
<ins>Underlined</ins> is what is labelled, <mark>marked</mark> what was answered.</p>
${errors.map(errorOf)}</section>`;
}

function errorOf({ document, labelled, answered, score, pieces }: EntityError): Markup {
  const truth = labelled === undefined ? 'Nothing labelled' : `Labelled ${labelled}`;
  const answer = answered === undefined ? 'nothing answered' : `answered ${answered}`;
  return html`<div class="entities"><p><strong>${truth}</strong>, ${answer} (${formatNumber(score)})
<small><code>${document}</code></small></p>
<p dir="auto">… ${pieces.map(pieceOf)} …</p></div>`;
}

/** What is labelled and what was answered, told to a screen reader by the elements' titles. */
function pieceOf({ text, labelled, answered }: MarkedPiece): Markup {
  const inner =
    answered === undefined ? html`${text}` : html`<mark title="answered ${answered}">${text}</mark>`;
  return labelled === undefined ? inner : html`<ins title="labelled ${labelled}">${inner}</ins>`;
}
