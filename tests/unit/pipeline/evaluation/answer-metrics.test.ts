import { describe, expect, it } from 'vitest';
import { measureAnswers } from '../../../../pipeline/evaluation/answer-metrics.ts';

const options = { seed: 1, resamples: 50 };
const english = [
  { prompt: '?', expected: 'Deleting cells', answered: 'Deleting a cell', lead: 'A cell', retrieved: 'Rows' },
  { prompt: '?', expected: 'Chart axes', answered: 'Chart axes', lead: 'An axis', retrieved: 'Chart axes' },
];

describe('measured answers', () => {
  it('have every metric, the baselines beside the candidate, with intervals', () => {
    const { systems } = measureAnswers(english, options);
    expect(systems.map(({ kind }) => kind)).toEqual(['candidate', 'lead', 'retrieved']);
    const [candidate, lead, retrieved] = systems.map(({ metrics }) => metrics);
    expect(candidate.exactMatch?.value).toBe(0.5);
    expect(candidate.tokenF1?.value).toBeCloseTo((1 / 2 + 1) / 2, 12); // the article does not count
    expect(candidate.rougeL?.value).toBeCloseTo((2 / 5 + 1) / 2, 12);
    expect(retrieved.exactMatch?.value).toBe(0.5);
    expect(lead.rougeL?.value).toBe(0);
    for (const metric of ['exactMatch', 'tokenF1', 'rougeL', 'chrf', 'bleu'] as const) {
      const { value = Number.NaN, interval } = candidate[metric] ?? {};
      expect(interval?.low).toBeLessThanOrEqual(value);
      expect(interval?.high).toBeGreaterThanOrEqual(value);
    }
  });

  it('say how they were counted: words of Latin letters as words', () => {
    expect(measureAnswers(english, options).signatures).toEqual({
      exactMatch: 'exact|nrefs:1|norm:NFC|agg:mean',
      tokenF1: 'f1|nrefs:1|tok:words|agg:mean',
      rougeL: 'rouge:L|nrefs:1|tok:english|agg:mean|version:0.1.2',
      chrf: 'nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0',
      bleu: 'nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0',
    });
  });

  it('count Korean by characters, whatever the form of the answer', () => {
    const answers = [{ prompt: '?', expected: '셀 삭제하기', answered: '셀 삭제'.normalize('NFD') }];
    const { systems, signatures } = measureAnswers(answers, options);
    expect(systems).toHaveLength(1);
    expect(systems[0].metrics.rougeL?.value).toBeCloseTo(3 / 4, 12);
    expect(systems[0].metrics.tokenF1?.value).toBeCloseTo(3 / 4, 12);
    expect([signatures.rougeL, signatures.bleu, signatures.tokenF1].join(' ')).toMatch(
      /tok:mixed.*tok:char\|.*tok:characters/,
    );
  });

  it('count Korean by characters where English stands beside it', () => {
    const answers = ['Switch Function', 'Redaction', '차트 축 바꾸기'].map((of) => ({
      prompt: '?',
      expected: of,
      answered: of,
    }));
    const { systems, signatures } = measureAnswers(answers, options);
    expect(signatures.rougeL).toContain('tok:mixed');
    expect(systems[0].metrics.rougeL?.value).toBe(1);
  });

  it('name the metric that has no value without answers', () => {
    expect(() => measureAnswers([], options)).toThrow('token F1 is undefined: there are no examples');
  });

  it('are defined for empty answers', () => {
    const answers = [{ prompt: '?', expected: 'something', answered: '' }];
    const values = Object.values(measureAnswers(answers, options).systems[0].metrics).map((it) => it.value);
    expect(values).toEqual([0, 0, 0, 0, 0]);
  });
});
