import { describe, expect, it } from 'vitest';
import { majorityBaseline, tfidfBaseline } from '../../../../pipeline/evaluation/baselines.ts';
import { checkPredictions, predictedClasses } from '../../../../pipeline/evaluation/predictions.ts';
import { logLoss } from '../../../../pipeline/evaluation/probability-metrics.ts';
import { regression } from './golden.ts';

describe('the majority baseline', () => {
  it('always answers the most frequent class, with the class shares as probabilities', () => {
    const predictions = majorityBaseline([0, 1, 1, 2, 1], Int32Array.of(0, 1), 3);
    expect([...predictions.probabilities]).toEqual([0.2, 0.6, 0.2, 0.2, 0.6, 0.2]);
    expect([...predictedClasses(predictions)]).toEqual([1, 1]);
  });

  it('is a valid prediction even where a class never occurs', () => {
    const training = Array.from({ length: 49 }, () => 0); // 49 additions of 1/49 would exceed 1
    const predictions = majorityBaseline(training, Int32Array.of(0, 0), 2);
    expect(() => checkPredictions('accuracy', predictions)).not.toThrow();
    expect(logLoss(predictions)).toBeLessThan(1e-12);
  });

  it('refuses to answer without training examples', () => {
    expect(() => majorityBaseline([], Int32Array.of(0), 2)).toThrow('majority baseline is undefined');
  });
});

describe('the tf-idf baseline', () => {
  it('learns from the training texts and answers the test texts', () => {
    const { training, labels, test, probabilities } = regression.cases[0];
    const predictions = tfidfBaseline(
      { texts: training, labels: Int32Array.from(labels) },
      { texts: test, labels: new Int32Array(test.length) },
      { classes: 2 },
    );
    const far = probabilities.flat().map((value, at) => Math.abs(value - predictions.probabilities[at]));
    expect(Math.max(...far)).toBeLessThan(1e-3);
    expect(far).toHaveLength(predictions.probabilities.length);
  });
});
