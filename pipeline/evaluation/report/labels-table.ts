// Precision, recall and F1 of each label, and their averages: the macro one has labels weigh the same, the weighted one by
// their documents, the micro one counts all answers together.
import type { ConfusionMatrix } from '../classification-metrics.ts';
import {
  f1,
  macroAverage,
  microAverage,
  precision,
  recall,
  supports,
  weightedAverage,
} from '../classification-metrics.ts';
import { formatCount, formatNumber } from '../format.ts';
import { heading, numberHeading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import type { EvaluationReport } from './report.ts';

const metrics = [precision, recall, f1];

export function labelsTable({ classes, confusion }: EvaluationReport): Markup {
  const matrix: ConfusionMatrix = { classes: classes.length, counts: Float64Array.from(confusion.flat()) };
  const counts = supports(matrix);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const micro = microAverage(matrix);
  const rows: (readonly [title: string, values: readonly number[], documents: number])[] = [
    ...classes.map(({ name }, k) => [name, metrics.map((metric) => metric(matrix, k)), counts[k]] as const),
    ['Macro average', metrics.map((metric) => macroAverage(matrix, metric)), all],
    ['Weighted average', metrics.map((metric) => weightedAverage(matrix, metric)), all],
    ['Micro average', metrics.map(() => micro), all],
  ];
  return table({
    caption:
      'The candidate label by label; the micro average is the accuracy, since each document has one label.',
    head: [heading('Label'), ...['Precision', 'Recall', 'F1', 'Documents'].map(numberHeading)],
    rows: rows.map(
      ([title, values, documents]) => html`<tr><th scope="row">${title}</th>
${values.map((value) => html`<td class="number">${formatNumber(value)}</td>`)}
<td class="number">${formatCount(documents)}</td></tr>`,
    ),
  });
}
