// Pieces that several sections of a report are made of.
import type { DrawnPlot } from './drawing.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';

export interface Table {
  readonly caption: string;
  readonly head: readonly Markup[];
  readonly rows: readonly Markup[];
}

/** A table that scrolls sideways where the page is too narrow for it; by keyboard too. */
export function table({ caption, head, rows }: Table): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

/** A plot with its title above; nothing where it was not drawn. */
export function figure(plot: DrawnPlot | null, note: string | null = null): Markup | null {
  if (plot === null) return null;
  return html`<figure><figcaption>${plot.title}</figcaption>
${plot.svg}
${note === null ? null : html`<p>${note}</p>`}</figure>`;
}

/** Passed or failed, told by a word and a sign and not by colour alone. */
export function passMark(passed: boolean): Markup {
  return passed
    ? html`<span class="mark passed">✓ passed</span>`
    : html`<span class="mark failed">✗ failed</span>`;
}

/** A column's heading. */
export const heading = (text: string): Markup => html`<th scope="col">${text}</th>`;

/** The heading of a column of numbers. */
export const numberHeading = (text: string): Markup => html`<th scope="col" class="number">${text}</th>`;

/** @returns the text up to so many characters, and how many were left out */
export function cut(text: string, characters: number): { shown: string; left: number } {
  const all = Array.from(text);
  return { shown: all.slice(0, characters).join(''), left: Math.max(0, all.length - characters) };
}
