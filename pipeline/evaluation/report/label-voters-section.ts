// Who voted about labels: coverage, overlaps and conflicts of people, rules, functions and a classifier.
import { formatCount } from '../format.ts';
import { heading, numberHeading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import type { ReportOrigin } from './report.ts';

/** @returns nothing where labels are not decided by vote */
export function labelVotersSection({ labelVoters = [] }: Pick<ReportOrigin, 'labelVoters'>): Markup | null {
  if (labelVoters.length === 0) return null;
  const share = (count: number, of: number): string =>
    of === 0 ? '–' : `${formatCount(count)} (${((100 * count) / of).toFixed(1)} %)`;
  return html`<section><h2>Who voted about its labels</h2>
${table({
  caption:
    'Coverage is the share of documents that a voter labels; overlaps and conflicts are shares of its votes: others voted too, and one of them otherwise.',
  head: [
    heading('Voter'),
    numberHeading('Coverage'),
    numberHeading('Overlaps'),
    numberHeading('Conflicts'),
    numberHeading('Errors'),
  ],
  rows: labelVoters.map(
    ({ voter, documents, votes, overlaps, conflicts, errors }) =>
      html`<tr><th scope="row">${voter}</th><td class="number">${share(votes, documents)}</td>
<td class="number">${share(overlaps, votes)}</td><td class="number">${share(conflicts, votes)}</td>
<td class="number">${formatCount(errors)}</td></tr>`,
  ),
})}</section>`;
}
