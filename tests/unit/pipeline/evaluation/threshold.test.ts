import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracy, confusionMatrix, f1 } from '../../../../pipeline/evaluation/classification-metrics.ts';
import { chooseThreshold } from '../../../../pipeline/evaluation/threshold.ts';

const valueAt = (
  labels: number[],
  scores: number[],
  at: { threshold: number; metric: 'accuracy' | 'f1' },
): number => {
  const predicted = scores.map((score) => (score >= at.threshold ? 1 : 0));
  const matrix = confusionMatrix(labels, predicted, { classes: 2 });
  return at.metric === 'accuracy' ? accuracy(matrix) : f1(matrix, 1);
};

describe('the decision threshold', () => {
  it('lies in the middle of the gap that separates the classes', () => {
    const choice = chooseThreshold([0, 0, 1, 1], [0.1, 0.2, 0.6, 0.9], { positive: 1, metric: 'accuracy' });
    expect(choice.threshold).toBeCloseTo(0.4, 12);
    expect(choice.value).toBe(1);
  });

  it('is the closest to 0.5 among equally good ones', () => {
    // One error remains at 0.25, at 0.45 and at 0.8 alike.
    const choice = chooseThreshold([0, 1, 0, 1], [0.2, 0.3, 0.6, 1], { positive: 1, metric: 'accuracy' });
    expect(choice.curve.filter(({ value }) => value === 0.75).map(({ threshold }) => threshold)).toEqual([
      0.25, 0.8,
    ]);
    expect(choice.threshold).toBe(0.25);
  });

  it('never does worse than any other threshold, and is worth what it says', () => {
    const examples = fc.array(
      fc.record({
        label: fc.integer({ min: 0, max: 1 }),
        score: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 1)),
      }),
      { minLength: 2, maxLength: 30 },
    );
    const metrics = fc.constantFrom('accuracy' as const, 'f1' as const);
    fc.assert(
      fc.property(examples, metrics, (drawn, metric) => {
        const labels = drawn.map(({ label }) => label);
        const scores = drawn.map(({ score }) => score);
        fc.pre(new Set(labels).size === 2);
        const choice = chooseThreshold(labels, scores, { positive: 1, metric });
        for (const point of choice.curve) {
          expect(point.value).toBeCloseTo(valueAt(labels, scores, { ...point, metric }), 12);
        }
        for (const threshold of [...scores, 0.25, 0.5, 0.75]) {
          expect(valueAt(labels, scores, { threshold, metric })).toBeLessThanOrEqual(choice.value + 1e-12);
        }
      }),
    );
  });

  it('maximises F1 where that is asked, which accuracy would sacrifice', () => {
    const labels = [0, 0, 0, 1, 1, 0, 0, 0, 1];
    const scores = [0.1, 0.1, 0.3, 0.4, 0.4, 0.5, 0.55, 0.6, 0.7];
    const choose = (metric: 'accuracy' | 'f1'): number =>
      chooseThreshold(labels, scores, { positive: 1, metric }).threshold;
    expect(choose('accuracy')).toBeCloseTo(0.65, 12);
    expect(choose('f1')).toBeCloseTo(0.35, 12);
  });

  it('refuses data from which nothing can be chosen', () => {
    const options = { positive: 1, metric: 'f1' } as const;
    expect(() => chooseThreshold([], [], options)).toThrow('threshold is undefined');
    expect(() => chooseThreshold([1, 1], [0.2, 0.3], options)).toThrow('all of one side');
    expect(() => chooseThreshold([0, 1], [0.2, Number.NaN], options)).toThrow('example 1 scores NaN');
    expect(() => chooseThreshold([0, 1], [0.2], options)).toThrow('2 labels against 1 scores');
  });
});
