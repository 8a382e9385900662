// What became of the documents in each step of cleaning: bars, a step each, parted by what was decided.
import type { FunnelRow } from '../../../contracts/stage-results.ts';
import { formatCount } from '../format.ts';
import type { DrawnPlot, Plot } from './drawing.ts';
import { drawPlot, PLOT_WIDTH } from './drawing.ts';

const ROW = 22;
const decisions = [
  { name: 'left as it was', color: 'var(--candidate)' },
  { name: 'changed', color: 'var(--champion)' },
  { name: 'dropped', color: 'var(--bad)' },
] as const;

/** @returns null where no step saw a document */
export function funnelPlot(funnel: readonly FunnelRow[]): Plot | null {
  if ((funnel.at(0)?.in ?? 0) === 0) return null;
  // A step may stand twice in a recipe: its place tells the two apart.
  const named = funnel.map((row, place) => ({ ...row, label: `${place + 1}. ${row.step}` }));
  const values = named.flatMap(({ label, kept, changed, dropped }) =>
    [kept, changed, dropped].map((count, at) => ({ label, decision: decisions[at].name, at, count })),
  );
  return {
    title: 'What became of the documents',
    alternative: named.map(describe).join(' '),
    spec: {
      width: PLOT_WIDTH,
      height: ROW * named.length,
      data: { values },
      mark: { type: 'bar' },
      encoding: {
        y: { field: 'label', type: 'nominal', sort: named.map(({ label }) => label), title: null },
        x: { field: 'count', type: 'quantitative', title: 'documents', axis: { tickCount: 5 } },
        color: {
          field: 'decision',
          type: 'nominal',
          scale: { domain: decisions.map(({ name }) => name), range: decisions.map(({ color }) => color) },
          legend: { direction: 'horizontal' },
        },
        order: { field: 'at', type: 'quantitative' },
      },
    },
  };
}

export async function drawFunnelPlot(funnel: readonly FunnelRow[]): Promise<DrawnPlot | null> {
  const plot = funnelPlot(funnel);
  return plot === null ? null : drawPlot(plot);
}

function describe({ step, in: came, kept, changed, dropped }: FunnelRow): string {
  return `Of ${formatCount(came)} documents ${step} left ${formatCount(kept)} as they were, changed ${formatCount(changed)} and dropped ${formatCount(dropped)}.`;
}
