import { describe, expect, it } from 'vitest';
import { evaluateClassifier } from '../../../../../pipeline/evaluation/classifier-evaluation.ts';
import { drawPlot } from '../../../../../pipeline/evaluation/report/drawing.ts';
import { precisionRecallPlot } from '../../../../../pipeline/evaluation/report/precision-recall-plot.ts';
import type { EvaluationReport } from '../../../../../pipeline/evaluation/report/report.ts';
import { exampleInput } from '../evaluation-example.ts';

const plotOf = (input = exampleInput()) =>
  precisionRecallPlot(evaluateClassifier(input) as unknown as EvaluationReport);

describe('the plot of precision by recall', () => {
  it('has a curve a system, and tells the average precisions in words', async () => {
    const plot = plotOf();
    expect(plot?.title).toBe('Precision by recall of “spam”');
    expect(plot?.alternative).toMatch(
      /^Average precision: Candidate 0\.9\d\d, Version 1, in service \d\.\d{3}, Majority/,
    );
    const { svg } = await drawPlot(plot ?? expect.fail('no plot'));
    for (const colour of ['candidate', 'champion', 'majority', 'tfidf'])
      expect(String(svg)).toContain(`stroke="var(--${colour})"`);
  });

  it('is left out without a positive example', () => {
    const input = exampleInput();
    const labels = new Int32Array(input.holdout.labels.length);
    expect(plotOf({ ...input, holdout: { ...input.holdout, labels } })).toBeNull();
  });
});
