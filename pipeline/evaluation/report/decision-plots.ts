// Plots of how the candidate decides: what each threshold would be worth, and whether its probabilities are kept.
import { formatCount, formatNumber, formatShare } from '../format.ts';
import { classificationMetrics } from '../metric-table.ts';
import type { Plot } from './drawing.ts';
import { diagonal, PLOT_WIDTH } from './drawing.ts';
import type { EvaluationReport } from './report.ts';

const HEIGHT = PLOT_WIDTH * 0.6;

/** The metric by threshold, with the chosen one marked; null where none was chosen. */
export function thresholdPlot({ thresholdChoice, positiveLabel }: EvaluationReport): Plot | null {
  if (thresholdChoice === null) return null;
  const { title } = classificationMetrics[thresholdChoice.metric];
  const chosen = { threshold: thresholdChoice.threshold, value: thresholdChoice.value };
  const x = {
    field: 'threshold',
    type: 'quantitative' as const,
    title: `threshold for “${positiveLabel}”`,
    scale: { domain: [0, 1] },
  };
  const y = {
    field: 'value',
    type: 'quantitative' as const,
    title: title.toLowerCase(),
    scale: { zero: false },
  };
  return {
    title: `${title} by threshold`,
    alternative:
      `The chosen threshold ${formatNumber(chosen.threshold)} gives ${formatNumber(chosen.value)}; ` +
      `the worst of all thresholds gives ${formatNumber(Math.min(...thresholdChoice.curve.map(({ value }) => value)))}.`,
    spec: {
      width: PLOT_WIDTH,
      height: HEIGHT,
      layer: [
        {
          data: { values: [...thresholdChoice.curve] },
          mark: { type: 'line', interpolate: 'step', strokeWidth: 1.5, color: 'var(--candidate)' },
          encoding: { x, y },
        },
        {
          data: { values: [chosen] },
          mark: { type: 'rule', strokeDash: [4, 4], color: 'var(--muted)' },
          encoding: { x },
        },
        {
          data: { values: [chosen] },
          mark: { type: 'point', filled: true, size: 80, opacity: 1, color: 'var(--candidate)' },
          encoding: { x, y },
        },
      ],
    },
  };
}

/** Observed against stated probability, the larger the point the more documents. */
export function calibrationPlot({ calibration, systems }: EvaluationReport): Plot | null {
  const values = calibration.flatMap(({ stated, observed, count }) =>
    stated === null || observed === null ? [] : [{ x: stated, y: observed, count }],
  );
  if (values.length === 0) return null;
  const error = systems.at(0)?.metrics.calibrationError?.value ?? Number.NaN;
  return {
    title: 'Stated and observed probability',
    alternative: `Calibration error ${formatNumber(error)}. ${values
      .map(({ x, y, count }) => `Of ${formatCount(count)} at ${formatShare(x)}, ${formatShare(y)} came true.`)
      .join(' ')}`,
    spec: {
      width: PLOT_WIDTH,
      height: HEIGHT,
      layer: [
        diagonal(),
        {
          data: { values },
          mark: { type: 'line', strokeWidth: 1.5, color: 'var(--candidate)' },
          encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },
        },
        {
          data: { values },
          mark: { type: 'point', filled: true, opacity: 1, color: 'var(--candidate)' },
          encoding: {
            x: { field: 'x', type: 'quantitative', title: 'stated probability', axis: { format: '.0%' } },
            y: { field: 'y', type: 'quantitative', title: 'came true', axis: { format: '.0%' } },
            size: { field: 'count', type: 'quantitative', scale: { range: [25, 260] }, legend: null },
          },
        },
      ],
    },
  };
}
