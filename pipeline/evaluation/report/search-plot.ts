// How the trials of a search went: validation loss by step, a line a trial.
import type { SearchTable } from '../../../contracts/search.ts';
import { formatCount, formatNumber } from '../format.ts';
import type { DrawnPlot, Plot } from './drawing.ts';
import { drawPlot, PLOT_WIDTH } from './drawing.ts';

const others = { name: 'other trials', color: 'var(--majority)' };
const kept = { name: 'the trial that was kept', color: 'var(--candidate)' };

/** @returns null where no trial has a loss to show */
export function searchPlot({ trials }: SearchTable): Plot | null {
  const values = trials.flatMap(({ trial, outcome, results }) => {
    const { name } = outcome === 'best' ? kept : others;
    return results.flatMap(({ steps, loss }) => (loss === undefined ? [] : [{ trial, name, steps, loss }]));
  });
  if (values.length === 0) return null;
  return {
    title: 'Trials',
    alternative: trials.map(describeTrial).join(' '),
    spec: {
      width: PLOT_WIDTH,
      height: PLOT_WIDTH * 0.6,
      data: { values },
      encoding: {
        x: { field: 'steps', type: 'quantitative', title: 'step' },
        y: { field: 'loss', type: 'quantitative', title: 'validation loss', scale: { zero: false } },
        color: {
          field: 'name',
          type: 'nominal',
          scale: { domain: [others.name, kept.name], range: [others.color, kept.color] },
          legend: { direction: 'horizontal' },
        },
      },
      layer: [
        { mark: { type: 'line', strokeWidth: 2 }, encoding: { detail: { field: 'trial' } } },
        { mark: { type: 'point', filled: true, size: 40, opacity: 1 } },
      ],
    },
  };
}

/** @returns null as well for a version whose hyperparameters were not searched */
export async function drawSearchPlot(search: SearchTable | undefined): Promise<DrawnPlot | null> {
  const plot = search === undefined ? null : searchPlot(search);
  return plot === null ? null : drawPlot(plot);
}

function describeTrial({ trial, outcome, results }: SearchTable['trials'][number]): string {
  const told = results.map(({ steps, loss }) =>
    loss === undefined
      ? `diverged at step ${formatCount(steps)}`
      : `${formatNumber(loss)} at step ${formatCount(steps)}`,
  );
  return `Trial ${trial}${outcome === 'best' ? ', which was kept' : ''}: ${told.join(', ')}.`;
}
