// One metric slice by slice, with intervals, beside that of all documents.
import { formatCount, formatNumber } from '../format.ts';
import { gateDescriptions } from '../metric-table.ts';
import { inSentence } from '../slice-figures.ts';
import type { DrawnPlot, Plot } from './drawing.ts';
import { drawPlot, PLOT_WIDTH } from './drawing.ts';
import type { SlicedReport } from './shown-slices.ts';
import { shownSlices } from './shown-slices.ts';

/**
 * @param overall the value on all documents
 * @returns null where the documents make no slices
 */
export async function drawSlicesPlot(report: SlicedReport, overall = Number.NaN): Promise<DrawnPlot | null> {
  const plot = slicesPlot(report, overall);
  return plot && drawPlot(plot);
}

function slicesPlot(report: SlicedReport, overall: number): Plot | null {
  const slices = shownSlices(report).filter(({ value }) => !Number.isNaN(value));
  if (slices.length === 0) return null;
  const [{ metric }] = slices;
  const values = slices.map(({ by, name, documents, value, interval, surelyWorse }) => ({
    ...{ slice: `${by}: ${name}`, documents, value },
    ...{ low: interval?.low ?? value, high: interval?.high ?? value },
    kind: surelyWorse ? 'surely worse' : 'slice',
  }));
  const y = {
    field: 'slice',
    type: 'nominal' as const,
    sort: null,
    title: null,
    axis: { labelLimit: 280, grid: false },
  };
  const color = {
    field: 'kind',
    type: 'nominal' as const,
    scale: { domain: ['slice', 'surely worse'], range: ['var(--candidate)', 'var(--bad)'] },
    legend: null,
  };
  const x = { type: 'quantitative' as const, title: inSentence(metric), scale: { zero: false } };
  return {
    title: `${gateDescriptions[metric].title} by slice`,
    alternative: `All documents: ${formatNumber(overall)}. ${values
      .map(
        ({ slice, documents, value, low, high, kind }) =>
          `${slice}: ${formatNumber(value)} (${formatNumber(low)} to ${formatNumber(high)}) on ${formatCount(documents)}${kind === 'slice' ? '' : ', surely worse'}.`,
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
          encoding: { y, x: { ...x, field: 'value' }, color },
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
