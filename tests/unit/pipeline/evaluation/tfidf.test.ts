import { describe, expect, it } from 'vitest';
import { fitLogisticRegression } from '../../../../pipeline/evaluation/logistic-regression.ts';
import type { TfidfOptions } from '../../../../pipeline/evaluation/tfidf.ts';
import { fitTfidf, splitWords } from '../../../../pipeline/evaluation/tfidf.ts';
import { distance, regression } from './golden.ts';

describe.each(regression.cases)('tf-idf and logistic regression on $name', (golden) => {
  const { sublinear_tf: sublinear, min_df: minimumDocuments, max_features: maximumFeatures } = golden.options;
  const options: TfidfOptions = { sublinear, minimumDocuments, maximumFeatures };
  const tfidf = fitTfidf(golden.training, options);

  it('knows the terms and weights of scikit-learn', () => {
    expect(tfidf.terms).toEqual(golden.terms);
    expect(distance(tfidf.inverseFrequencies, golden.inverseFrequencies)).toBeLessThan(1e-12);
  });

  it('turns a text into the row of scikit-learn', () => {
    const rows = tfidf.transform(golden.test.slice(0, 1));
    const dense = golden.terms.map(() => 0);
    rows.indices.forEach((column, entry) => {
      dense[column] = rows.values[entry];
    });
    expect(distance(dense, golden.firstRow)).toBeLessThan(1e-12);
  });

  it('gives the probabilities of scikit-learn, for unknown and empty texts too', () => {
    const classes = new Set(golden.labels).size;
    const model = fitLogisticRegression(tfidf.transform(golden.training), golden.labels, { classes });
    const probabilities = model.probabilities(tfidf.transform(golden.test));
    expect(model.converged).toBe(true);
    expect(distance(probabilities, golden.probabilities.flat())).toBeLessThan(1e-5);
  });
});

describe('tf-idf', () => {
  it('takes runs of two or more word characters of any script as words', () => {
    expect(splitWords("It's a Überraschung: 무료 쿠폰 x2, foo_bar")).toEqual([
      'it',
      'überraschung',
      '무료',
      '쿠폰',
      'x2',
      'foo_bar',
    ]);
  });

  it('splits as it is told', () => {
    expect(fitTfidf(['a-b', 'c!'], { split: (text) => text.split('-') }).terms).toEqual(['a', 'b', 'c!']);
  });

  it('refuses documents without a term', () => {
    expect(() => fitTfidf(['', 'a b'])).toThrow('no term occurs in 1 of 2 documents');
    expect(() => fitTfidf([])).toThrow('tf-idf is undefined');
  });
});

describe('logistic regression', () => {
  const { transform } = fitTfidf(['spam spam', 'ham', 'spam', 'ham ham eggs']);

  it('gives classes that training did not see the probability 0', () => {
    const model = fitLogisticRegression(transform(['spam', 'ham']), [2, 0], { classes: 3 });
    const [ham, unseen, spam] = model.probabilities(transform(['spam']));
    expect(unseen).toBe(0);
    expect(spam).toBeGreaterThan(ham);
    expect(ham + spam).toBeCloseTo(1, 12);
  });

  it('says when the iterations ran out', () => {
    const rows = transform(['spam', 'ham', 'spam eggs']);
    expect(fitLogisticRegression(rows, [1, 0, 1], { classes: 2, maximumIterations: 1 }).converged).toBe(
      false,
    );
  });

  it('refuses examples of one class', () => {
    expect(() => fitLogisticRegression(transform(['spam', 'spam']), [1, 1], { classes: 2 })).toThrow(
      'logistic regression is undefined: the examples are all of one class',
    );
  });
});
