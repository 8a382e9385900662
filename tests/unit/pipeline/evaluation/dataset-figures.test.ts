import { describe, expect, it } from 'vitest';
import type { GivenAnswer, LabelledLine } from '../../../../contracts/dataset-evaluation.ts';
import { answerFigures, labelFigures } from '../../../../pipeline/evaluation/dataset-figures.ts';
import { renderDatasetPage } from '../../../../pipeline/evaluation/report/dataset-page.ts';

const lines: LabelledLine[] = [
  { text: 'one', label: 'ham' },
  { text: 'two', label: 'ham' },
  { text: 'three', label: 'spam' },
  { text: 'four', label: 'spam' },
];
const stated = (label: string, spam: number): GivenAnswer => ({
  label,
  probabilities: { ham: 1 - spam, spam },
});

describe('figures of a dataset with labels', () => {
  it('are those of a classifier, at the decision that was made', () => {
    const given = [stated('ham', 0.1), stated('spam', 0.3), stated('spam', 0.35), stated('spam', 0.9)];
    const { metrics, confusion, wrong, unanswered } = labelFigures(lines, given, ['ham', 'spam']);
    expect(metrics['accuracy']?.value).toBe(0.75);
    expect(metrics['precision']?.value).toBeCloseTo(2 / 3, 12);
    expect(metrics['auc']?.value).toBe(1);
    expect(confusion).toEqual({
      labels: ['ham', 'spam'],
      counts: [
        [1, 1],
        [0, 2],
      ],
    });
    expect(wrong).toEqual([{ asked: 'two', expected: 'ham', answered: 'spam' }]);
    expect(unanswered).toEqual({});
  });

  it('stand beside those of always answering the most frequent label, and warn where classes are unbalanced', () => {
    const cats = Array.from({ length: 95 }, (): LabelledLine => ({ text: 'meow', label: 'cat' }));
    const dogs = Array.from({ length: 5 }, (): LabelledLine => ({ text: 'woof', label: 'dog' }));
    const all = [...cats, ...dogs];
    const { metrics, majority, warnings } = labelFigures(
      all,
      all.map(() => ({ label: 'cat' })),
    );
    expect(metrics['accuracy']?.value).toBe(0.95);
    expect(majority?.['accuracy']).toEqual(metrics['accuracy']);
    expect(majority?.['balancedAccuracy']?.value).toBe(0.5);
    expect(Object.keys(majority ?? {})).toEqual(Object.keys(metrics));
    expect(warnings?.[0]).toContain('always answering that scores an accuracy of 0.950 and learns nothing');
    expect(warnings?.[1]).toContain('no better than');
    const sure = labelFigures(
      lines,
      lines.map(({ label }) => stated(label, 0.5)),
    );
    expect(Object.keys(sure.majority ?? {}).sort()).toEqual(Object.keys(sure.metrics).sort());
  });

  it('leave out what asks for probabilities where there are none, and lines without an answer', () => {
    const given: GivenAnswer[] = [
      { label: 'ham' },
      { label: 'ham' },
      { label: 'ham' },
      { failure: 'status 503' },
    ];
    const { metrics, unanswered } = labelFigures(lines, given);
    expect(metrics['accuracy']?.value).toBeCloseTo(2 / 3, 12);
    expect(metrics).not.toHaveProperty('auc');
    expect(metrics).not.toHaveProperty('brier');
    expect(unanswered).toEqual({ 'status 503': 1 });
  });

  it('count an answer that is no label of the lines as wrong', () => {
    const given = lines.map((): GivenAnswer => ({ label: 'phishing' }));
    expect(labelFigures(lines, given).metrics['accuracy']?.value).toBe(0);
  });

  it('have no value where nothing was answered', () => {
    const { metrics, wrong } = labelFigures(
      lines,
      lines.map(() => ({ failure: 'no answer' })),
    );
    expect([metrics, wrong]).toEqual([{}, []]);
  });
});

describe('figures of a dataset with answers', () => {
  it('are those of written answers, with how they were counted', () => {
    const asked = [
      { prompt: 'capital of Korea?', answer: 'Seoul' },
      { prompt: 'capital of France?', answer: 'Paris' },
    ];
    const { metrics, signatures, wrong } = answerFigures(asked, [{ text: ' Seoul' }, { text: 'Lyon' }]);
    expect(metrics['exactMatch']?.value).toBe(0.5);
    expect(signatures?.['chrf']).toContain('nrefs:1');
    expect(wrong).toEqual([{ asked: 'capital of France?', expected: 'Paris', answered: 'Lyon' }]);
    expect(answerFigures(asked, [{ failure: 'x' }, { failure: 'x' }]).metrics).toEqual({});
  });
});

describe('the page', () => {
  const page = (given: GivenAnswer[]) =>
    renderDatasetPage({
      ...{
        target: 'mail-filter@1',
        runId: 'dataset-evaluation/1',
        createdAt: '2026-11-30T12:00:00Z',
        examples: 4,
      },
      figures: labelFigures(
        [...lines.slice(0, 3), { text: '<script>alert(1)</script>', label: 'spam' }],
        given,
      ),
    });

  it('shows figures, confusion and what was wrong, and hostile text as text', () => {
    const html = page([
      stated('ham', 0.1),
      stated('spam', 0.6),
      { failure: 'too-short' },
      stated('ham', 0.2),
    ]);
    expect(html).toContain('mail-filter@1 on 4 lines');
    expect(html).toContain('too-short');
    expect(html).toContain('answered spam');
    expect(html).toContain('Majority class');
    expect(html).toContain('Only 1 held-out documents are “spam”');
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toContain('<script');
  });

  it('says that nothing could be measured', () => {
    expect(page(lines.map(() => ({ failure: 'status 401' })))).toContain('Too little was answered');
  });
});
