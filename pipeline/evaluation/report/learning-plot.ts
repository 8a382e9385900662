// The learning curve: training and validation loss by step.
import type { CurvePoint } from '../../../contracts/training-job.ts';
import { formatCount, formatNumber } from '../format.ts';
import type { Plot } from './drawing.ts';
import { PLOT_WIDTH } from './drawing.ts';

const MOST_POINTS = 200; // more than a plot of this width can tell apart

interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

/** Loss by step; null where there are fewer than two points to connect. */
export function learningPlot(curve: readonly CurvePoint[], title = 'Learning curve'): Plot | null {
  const training = lossesOf(curve, 'trainingLoss');
  const validation = lossesOf(curve, 'validationLoss');
  const kept = curve.filter((point) => point.kept);
  if (training.length < 2 && validation.length < 2) return null;
  const series = [
    { name: 'training', color: 'var(--majority)', points: thin(training) },
    { name: 'validation', color: 'var(--candidate)', points: thin(validation) },
  ].filter(({ points }) => points.length > 0);
  return {
    title,
    alternative: [
      describe('Training', training),
      describe('Validation', validation),
      kept.length === 0 ? '' : `The weights of step ${formatCount(kept[0].step)} were kept.`,
    ]
      .filter(Boolean)
      .join(' '),
    spec: {
      width: PLOT_WIDTH,
      height: PLOT_WIDTH * 0.6,
      data: { values: series.flatMap(({ name, points }) => points.map((point) => ({ name, ...point }))) },
      encoding: {
        x: { field: 'step', type: 'quantitative', title: 'step' },
        y: { field: 'loss', type: 'quantitative', title: 'loss' },
        color: {
          field: 'name',
          type: 'nominal',
          scale: { domain: series.map(({ name }) => name), range: series.map(({ color }) => color) },
          legend: { direction: 'horizontal' },
        },
      },
      layer: [
        { mark: { type: 'line', strokeWidth: 2 } },
        {
          transform: [{ filter: "datum.name === 'validation'" }], // few, and each of them counts
          mark: { type: 'point', filled: true, size: 30, opacity: 1 },
        },
        ...kept.map((point) => ({
          data: { values: lossesOf([point], 'validationLoss').map((at) => ({ name: 'validation', ...at })) },
          mark: { type: 'point' as const, filled: false, size: 120, strokeWidth: 2, opacity: 1 },
        })),
      ],
    },
  };
}

function lossesOf(curve: readonly CurvePoint[], loss: 'trainingLoss' | 'validationLoss'): LossPoint[] {
  return curve.flatMap((point) => {
    const value = point[loss];
    return value === undefined || !Number.isFinite(value) ? [] : [{ step: point.step, loss: value }];
  });
}

/** Means of as many runs of neighbours as the plot can show. */
function thin(points: readonly LossPoint[]): LossPoint[] {
  const run = Math.ceil(points.length / MOST_POINTS);
  if (run <= 1) return [...points];
  const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  return Array.from({ length: Math.ceil(points.length / run) }, (_, at) => {
    const neighbours = points.slice(at * run, (at + 1) * run);
    return { step: mean(neighbours.map(({ step }) => step)), loss: mean(neighbours.map(({ loss }) => loss)) };
  });
}

function describe(name: string, points: readonly LossPoint[]): string {
  const [first, last] = [points.at(0), points.at(-1)];
  if (first === undefined || last === undefined) return '';
  const lowest = points.reduce((best, point) => (point.loss < best.loss ? point : best));
  return (
    `${name} loss goes from ${formatNumber(first.loss)} to ${formatNumber(last.loss)} ` +
    `in ${formatCount(last.step)} steps, the lowest being ${formatNumber(lowest.loss)} at step ${formatCount(lowest.step)}.`
  );
}
