import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import {
  answerLoss,
  binaryBrierLoss,
  brierLoss,
  logLoss,
  zeroOneLoss,
} from '../../../../pipeline/rollout/losses.ts';
import { golden, mean } from './golden.ts';

const { losses } = golden;

describe('losses against scikit-learn', () => {
  const rows = losses.probabilities.map((probabilities, row) => ({
    probabilities,
    truth: losses.truths[row],
  }));

  it('has its mean Brier score of three classes', () => {
    expect(mean(rows.map(({ probabilities, truth }) => brierLoss(probabilities, truth)))).toBeCloseTo(
      losses.meanBrier,
      12,
    );
  });

  it('has its mean Brier score of two classes', () => {
    const each = losses.binary.map((probability, row) =>
      binaryBrierLoss(probability, losses.positives[row] === 1),
    );
    expect(mean(each)).toBeCloseTo(losses.meanBinaryBrier, 12);
  });

  it('has its mean log loss', () => {
    expect(mean(rows.map(({ probabilities, truth }) => logLoss(probabilities, truth)))).toBeCloseTo(
      losses.meanLogLoss,
      12,
    );
  });
});

describe('losses', () => {
  it('counts two classes twice in the sum over classes', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (p, positive) => {
        const summed = brierLoss([1 - p, p], positive ? 1 : 0);
        expect(summed).toBeCloseTo(2 * binaryBrierLoss(p, positive), 12);
      }),
    );
  });

  it('keeps the log loss of a certain mistake finite', () => {
    expect(logLoss([1, 0], 1)).toBeCloseTo(34.538776, 5);
  });

  it('takes 32-bit sums for distributions', () => {
    expect(brierLoss([Math.fround(0.1), Math.fround(0.2), Math.fround(0.7)], 2)).toBeCloseTo(0.14, 6);
  });

  it.each<[string, number[], number, string]>([
    ['a probability above one', [1.2, -0.2], 0, 'probability 0 is 1.2'],
    ['a sum that is not one', [0.5, 0.4], 0, 'sum to 0.9'],
    ['what is no number', [Number.NaN, 1], 0, 'NaN'],
    ['a class that is not there', [0.5, 0.5], 2, 'class 2 is none of 2'],
    ['no classes', [], 0, 'sum to 0'],
  ])('refuses %s', (_, probabilities, truth, problem) => {
    expect(() => brierLoss(probabilities, truth)).toThrow(CoppiceFailure);
    expect(() => brierLoss(probabilities, truth)).toThrow(problem);
    expect(() => logLoss(probabilities, truth)).toThrow(problem);
  });
});

describe('answerLoss', () => {
  const answer = { probabilities: { ham: 0.6, spam: 0.4 }, label: 'spam' };

  it('looks at the label that was given for accuracy, since the threshold need not be one half', () => {
    expect(answerLoss('accuracy', answer, 'spam')).toBe(0);
    expect(answerLoss('accuracy', answer, 'ham')).toBe(zeroOneLoss('spam', 'ham'));
  });

  it('looks at the probabilities for Brier, by name and not by position', () => {
    const reordered = { probabilities: { spam: 0.4, ham: 0.6 }, label: 'spam' };
    expect(answerLoss('brier', answer, 'spam')).toBeCloseTo(0.36, 12);
    expect(answerLoss('brier', reordered, 'spam')).toBeCloseTo(0.36, 12);
  });

  it('gives a true label that the version does not know probability zero', () => {
    expect(answerLoss('brier', answer, 'phishing')).toBeCloseTo(0.36 + 0.16 + 1, 12);
  });
});
