import { describe, expect, it } from 'vitest';
import { evaluateClassifier } from '../../../../pipeline/evaluation/classifier-evaluation.ts';
import { exampleInput } from './evaluation-example.ts';

describe('the evaluation of a classifier', () => {
  it('decides by the threshold that it chose, and stores it', () => {
    const { threshold, thresholdChoice, confusion, positiveLabel } = evaluateClassifier(exampleInput());
    expect(positiveLabel).toBe('spam');
    expect(threshold).toBeCloseTo(0.35, 12); // between the ham at 0.3 and the spam at 0.4
    expect(thresholdChoice?.value).toBe(0.9);
    expect(confusion).toEqual([
      [5, 1],
      [0, 4],
    ]);
  });

  it('measures candidate, champion and both baselines, in this order', () => {
    const { systems, difference } = evaluateClassifier(exampleInput());
    expect(systems.map(({ kind }) => kind)).toEqual(['candidate', 'champion', 'majority', 'tfidf']);
    expect(systems.map(({ metrics }) => metrics.accuracy?.value)).toEqual([0.9, 0.6, 0.6, 1]);
    expect(difference?.accuracy?.value).toBeCloseTo(0.3, 12);
  });

  it('rejects a candidate that a gate holds back', () => {
    const gates = [{ kind: 'at-least', metric: 'accuracy', bound: 0.95 } as const];
    expect(evaluateClassifier({ ...exampleInput(), gates }).verdict.passed).toBe(false);
    expect(evaluateClassifier(exampleInput()).verdict.passed).toBe(true);
  });

  it('shows the wrong answers with their text, the least probable truth first', () => {
    const { errors, errorCount } = evaluateClassifier(exampleInput());
    expect(errorCount).toBe(1);
    expect(errors).toEqual([
      { id: 'mail/4', text: 'free lunch meeting', label: 'ham', predicted: 'spam', probability: 1 - 0.66 },
    ]);
  });

  it('counts precision and recall for the label that the spec calls positive', () => {
    const [candidate, champion, majority] = evaluateClassifier({
      ...exampleInput(),
      positiveLabel: 'ham',
    }).systems;
    expect(candidate.metrics.recall?.value).toBeCloseTo(5 / 6, 12);
    expect(champion.metrics.recall?.value).toBe(1);
    expect(majority.metrics.precision?.value).toBeCloseTo(0.6, 12);
  });

  it('has no champion to compare with for a first version', () => {
    const { champion, ...first } = exampleInput();
    expect(champion).toBeDefined();
    const { systems, difference } = evaluateClassifier(first);
    expect(systems.map(({ kind }) => kind)).toEqual(['candidate', 'majority', 'tfidf']);
    expect(difference).toBeNull();
  });

  it('falls back to 0.5 and says so where the held-out documents are of one class', () => {
    const input = exampleInput();
    const labels = new Int32Array(input.holdout.labels.length);
    const evaluation = evaluateClassifier({ ...input, holdout: { ...input.holdout, labels } });
    expect(evaluation.threshold).toBe(0.5);
    expect(evaluation.thresholdChoice).toBeNull();
    expect(evaluation.systems[0].metrics.auc?.value).toBeNaN();
    expect(evaluation.systems[0].roc).toBeNull();
    expect(evaluation.warnings).toContain(
      'No held-out document is “spam”: nothing here tells how well it is found.',
    );
  });

  it('leaves the tf-idf baseline out, with a warning, where it cannot be trained', () => {
    const input = exampleInput();
    const labels = new Int32Array(input.training.labels.length);
    const { systems, warnings } = evaluateClassifier({ ...input, training: { ...input.training, labels } });
    expect(systems.map(({ kind }) => kind)).not.toContain('tfidf');
    expect(warnings.at(-1)).toMatch(/^The tf-idf baseline is missing: .* all of one class\.$/);
  });

  it('gives the same figures for the same seed', () => {
    expect(evaluateClassifier(exampleInput())).toEqual(evaluateClassifier(exampleInput()));
  });

  it('refuses a positive label that is no class, and probabilities that are none', () => {
    const input = exampleInput();
    expect(() => evaluateClassifier({ ...input, positiveLabel: 'eggs' })).toThrow(
      'the positive label “eggs” is not among ham, spam',
    );
    const probabilities = input.holdout.probabilities.map(() => Number.NaN);
    expect(() => evaluateClassifier({ ...input, holdout: { ...input.holdout, probabilities } })).toThrow(
      'example 0 has the probability NaN',
    );
  });
});
