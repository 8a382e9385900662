// How hyperparameters were found: all trials of the search, what they were compared by in each rung, which was kept.
import { fieldOf } from '../../../contracts/model-spec/searched-phase.ts';
import type { SearchTable, TrialRow } from '../../../contracts/search.ts';
import { formatCount, formatNumber } from '../format.ts';
import type { DrawnPlot } from './drawing.ts';
import { figure, heading, numberHeading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';

/** Nothing for a version whose hyperparameters are those of its model file. */
export function searchSection(
  { search }: { readonly search?: SearchTable | undefined },
  plot: DrawnPlot | null,
): Markup | null {
  if (search === undefined) return null;
  const { phase, trials, goesOn } = search;
  const best = trials.find(({ outcome }) => outcome === 'best');
  const after = goesOn
    ? 'The version went on from where that trial ended.'
    : 'The version was trained with them from its start, on what its trials were validated on too.';
  return html`<section><h2>How its hyperparameters were found</h2>
<p>Of ${formatCount(trials.length)} trials of <code>${phase}</code> the best was trial ${best?.trial ?? null}. ${after}</p>
<div class="columns">
<div>${trialTable(search)}</div>
${figure(plot, 'A trial that is not among the best of its rung goes no further.')}
</div></section>`;
}

function trialTable({ search, trials }: SearchTable): Markup {
  const paths = Object.keys(search.space);
  const rungs = Array.from(
    { length: Math.max(...trials.map(({ results }) => results.length)) },
    (_, rung) => rung,
  );
  return table({
    caption: `Trials, the best first: validation loss in nats at the end of each rung. Of a rung, one in ${search.eta} goes on.`,
    head: [
      numberHeading('Trial'),
      ...paths.map((path) => numberHeading(fieldOf(path))),
      ...rungs.map((rung) => numberHeading(`Rung ${rung}`)),
      heading('Outcome'),
    ],
    rows: [...trials].sort(compareTrials).map(({ trial, hyperparameters, results, outcome }) => {
      const cells = [
        String(trial),
        ...paths.map((path) => String(hyperparameters[path])),
        ...rungs.map((rung) => (rung < results.length ? resultCell(results[rung]) : '')),
      ];
      return html`<tr>${cells.map((cell) => html`<td class="number">${cell}</td>`)}
<td>${outcome === 'best' ? html`<strong>kept</strong>` : outcome}</td></tr>`;
    }),
  });
}

function resultCell({ steps, loss }: TrialRow['results'][number]): Markup {
  return html`${loss === undefined ? 'diverged' : formatNumber(loss, 4)}<small>step ${formatCount(steps)}</small>`;
}

/** Whoever came further, and of those whoever had the lower loss, is the better. */
function compareTrials(a: TrialRow, b: TrialRow): number {
  const lossOf = ({ results }: TrialRow): number => results.at(-1)?.loss ?? Infinity;
  if (a.results.length !== b.results.length) return b.results.length - a.results.length;
  return lossOf(a) === lossOf(b) ? a.trial - b.trial : lossOf(a) - lossOf(b);
}
