// Plots that hold the candidate against the champion and the baselines.
import type { MeasuredSystem } from '../classifier-evaluation.ts';
import { formatNumber } from '../format.ts';
import type { ClassificationMetric } from '../metric-table.ts';
import { classificationMetrics } from '../metric-table.ts';
import type { Plot } from './drawing.ts';
import { diagonal, PLOT_WIDTH } from './drawing.ts';
import type { EvaluationReport } from './report.ts';

/** Metrics on a common scale from 0 to 1, higher being better. */
const compared: readonly ClassificationMetric[] = ['accuracy', 'balancedAccuracy', 'f1', 'auc'];
const SERIES: Readonly<Record<MeasuredSystem['kind'], string>> = {
  candidate: 'var(--candidate)',
  champion: 'var(--champion)',
  majority: 'var(--majority)',
  tfidf: 'var(--tfidf)',
};

/** Colours of systems by their titles. */
export function systemScale(systems: readonly MeasuredSystem[]): { domain: string[]; range: string[] } {
  return { domain: systems.map(({ title }) => title), range: systems.map(({ kind }) => SERIES[kind]) };
}

/** Each metric with its interval, a line a system. */
export function comparisonPlot({ systems }: EvaluationReport): Plot {
  const values = compared.flatMap((metric) =>
    systems.flatMap(({ title, metrics }) => {
      const { value = Number.NaN, interval = null } = metrics[metric] ?? {};
      if (Number.isNaN(value)) return [];
      const { low, high } = interval ?? { low: value, high: value };
      return [{ metric: classificationMetrics[metric].title, title, value, low, high }];
    }),
  );
  const y = { field: 'title', type: 'nominal' as const, sort: null, axis: null };
  const color = {
    field: 'title',
    type: 'nominal' as const,
    scale: systemScale(systems),
    legend: { direction: 'horizontal' as const, columns: 2 },
  };
  return {
    title: 'Candidate, champion and baselines',
    alternative: values
      .map(({ metric, title, value, low, high }) => {
        const range = low === high ? '' : ` (${formatNumber(low)} to ${formatNumber(high)})`;
        return `${metric} of ${title}: ${formatNumber(value)}${range}.`;
      })
      .join(' '),
    spec: {
      data: { values },
      facet: {
        field: 'metric',
        type: 'nominal',
        sort: compared.map((metric) => classificationMetrics[metric].title),
        header: { title: null, labelColor: 'var(--ink)', labelFontSize: 12, labelAnchor: 'start' },
      },
      columns: 2,
      spacing: 20,
      spec: {
        width: 230,
        height: { step: 16 },
        layer: [
          {
            mark: { type: 'rule', strokeWidth: 2.5, strokeCap: 'round', opacity: 0.45 },
            encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' }, y, color },
          },
          {
            mark: { type: 'point', filled: true, size: 70, opacity: 1 },
            encoding: {
              x: { field: 'value', type: 'quantitative', title: null, scale: { zero: false, nice: true } },
              y,
              color,
            },
          },
        ],
      },
    },
  };
}

/** The ROC curves of all systems; null with more than two classes. */
export function rocPlot({ systems, positiveLabel }: EvaluationReport): Plot | null {
  const curves = systems.flatMap((system) => (system.roc === null ? [] : [{ ...system, roc: system.roc }]));
  if (curves.length === 0) return null;
  const values = curves.flatMap(({ title, roc }) =>
    roc.falsePositiveRate.map((x, at) => ({ title, x, y: roc.truePositiveRate[at], at })),
  );
  return {
    title: `ROC curve of “${positiveLabel}”`,
    alternative: `Area under the curve: ${curves
      .map(({ title, metrics }) => `${title} ${formatNumber(metrics.auc?.value ?? Number.NaN)}`)
      .join(', ')}.`,
    spec: {
      width: PLOT_WIDTH,
      height: PLOT_WIDTH * 0.8,
      layer: [
        {
          data: { values },
          mark: { type: 'line', strokeWidth: 2, interpolate: 'linear' },
          encoding: {
            x: {
              field: 'x',
              type: 'quantitative',
              title: 'false positives, share of the others',
              axis: { format: '.0%' },
            },
            y: {
              field: 'y',
              type: 'quantitative',
              title: 'found, share of the positives',
              axis: { format: '.0%' },
            },
            order: { field: 'at' },
            color: { field: 'title', type: 'nominal', scale: systemScale(curves) },
          },
        },
        diagonal(),
      ],
    },
  };
}
