// Accuracy slice by slice, with intervals, beside that of all documents.
import { formatCount, formatNumber } from '../format.ts';
import type { Plot } from './drawing.ts';
import { PLOT_WIDTH } from './drawing.ts';
import type { EvaluationReport } from './report.ts';
import { shownSlices } from './shown-slices.ts';

/** Null where the documents make no slices. */
export function slicesPlot(report: EvaluationReport): Plot | null {
  const slices = shownSlices(report);
  if (slices.length === 0) return null;
  const overall = report.systems.at(0)?.metrics.accuracy?.value ?? Number.NaN;
  const values = slices.map(({ by, name, documents, accuracy, interval, surelyWorse }) => ({
    ...{ slice: `${by}: ${name}`, documents, accuracy },
    ...{ low: interval?.low ?? accuracy, high: interval?.high ?? accuracy },
    kind: surelyWorse ? 'surely worse' : 'slice',
  }));
  const y = {
    field: 'slice',
    type: 'nominal' as const,
    sort: null,
    title: null,
    axis: { labelLimit: 190, grid: false },
  };
  const color = {
    field: 'kind',
    type: 'nominal' as const,
    scale: { domain: ['slice', 'surely worse'], range: ['var(--candidate)', 'var(--bad)'] },
    legend: null,
  };
  const x = { type: 'quantitative' as const, title: 'accuracy', scale: { zero: false } };
  return {
    title: 'Accuracy by slice',
    alternative: `All documents: ${formatNumber(overall)}. ${values
      .map(
        ({ slice, documents, accuracy, low, high, kind }) =>
          `${slice}: ${formatNumber(accuracy)} (${formatNumber(low)} to ${formatNumber(high)}) on ${formatCount(documents)}${kind === 'slice' ? '' : ', surely worse'}.`,
      )
      .join(' ')}`,
    spec: {
      width: PLOT_WIDTH,
      height: { step: 20 },
      data: { values },
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' }, color },
        },
        {
          mark: { type: 'point', filled: true, size: 50, opacity: 1 },
          encoding: { y, x: { ...x, field: 'accuracy' }, color },
        },
        {
          data: { values: [{ overall }] },
          mark: { type: 'rule', strokeDash: [4, 4], color: 'var(--muted)' },
          encoding: { x: { ...x, field: 'overall' } },
        },
      ],
    },
  };
}
