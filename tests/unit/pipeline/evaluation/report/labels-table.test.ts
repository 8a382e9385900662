import { expect, it } from 'vitest';
import { evaluateClassifier } from '../../../../../pipeline/evaluation/classifier-evaluation.ts';
import { labelsTable } from '../../../../../pipeline/evaluation/report/labels-table.ts';
import type { EvaluationReport } from '../../../../../pipeline/evaluation/report/report.ts';
import { exampleInput } from '../evaluation-example.ts';

it('each label has its precision, recall and F1, and so have the averages', () => {
  const evaluation = {
    ...evaluateClassifier(exampleInput()),
    confusion: [
      [5, 1],
      [2, 2],
    ],
  };
  const rows = [
    ...String(labelsTable(evaluation as unknown as EvaluationReport)).matchAll(
      /<tr><th scope="row">([^<]*)<\/th>([^]*?)<\/tr>/g,
    ),
  ];
  expect(
    rows.map(([, title, cells]) => [
      title,
      ...cells
        .replace(/<[^>]*>/g, ' ')
        .trim()
        .split(/\s+/),
    ]),
  ).toEqual([
    ['ham', '0.714', '0.833', '0.769', '6'],
    ['spam', '0.667', '0.500', '0.571', '4'],
    ['Macro average', '0.690', '0.667', '0.670', '10'],
    ['Weighted average', '0.695', '0.700', '0.690', '10'],
    ['Micro average', '0.700', '0.700', '0.700', '10'],
  ]);
});
