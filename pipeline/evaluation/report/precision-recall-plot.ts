// Precision by recall of the candidate, the champion and the baselines: what the ROC curve hides where positives are few.
import { formatNumber } from '../format.ts';
import type { Plot } from './drawing.ts';
import { PLOT_WIDTH } from './drawing.ts';
import type { EvaluationReport } from './report.ts';
import { systemScale } from './system-plots.ts';

/** Null with more than two classes, or where one does not occur. */
export function precisionRecallPlot({ systems, positiveLabel }: EvaluationReport): Plot | null {
  const curves = systems.flatMap((system) =>
    system.precisionRecall ? [{ ...system, curve: system.precisionRecall }] : [],
  );
  if (curves.length === 0) return null;
  const values = curves.flatMap(({ title, curve }) =>
    curve.recall.map((x, at) => ({ title, x, y: curve.precision[at], at })),
  );
  const axis = { format: '.0%' };
  return {
    title: `Precision by recall of “${positiveLabel}”`,
    alternative: `Average precision: ${curves
      .map(({ title, metrics }) => `${title} ${formatNumber(metrics.averagePrecision?.value ?? Number.NaN)}`)
      .join(', ')}.`,
    spec: {
      width: PLOT_WIDTH,
      height: PLOT_WIDTH * 0.8,
      data: { values },
      mark: { type: 'line', strokeWidth: 2, interpolate: 'step-after' },
      encoding: {
        x: { field: 'x', type: 'quantitative', title: 'found, share of the positives', axis },
        y: {
          ...{ field: 'y', type: 'quantitative', title: 'right, share of those answered positive', axis },
          scale: { domain: [0, 1] },
        },
        order: { field: 'at' },
        color: { field: 'title', type: 'nominal', scale: systemScale(curves) },
      },
    },
  };
}
